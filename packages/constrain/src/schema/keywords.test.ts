import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Case, disagreements } from '../testing/schemas.ts';

const CASES: Record<string, Case[]> = {
  type: [
    { schema: { type: 'integer' }, valid: [0, -5, 1e20], invalid: [1.5, '1', null] },
    { schema: { type: ['null', 'boolean'] }, valid: [null, true, false], invalid: [0, '', []] },
    { schema: { not: { type: 'integer' } }, valid: [1.5, 'x', null], invalid: [1, -3] },
    { schema: true, valid: [1, 'a', [], { a: [null] }], invalid: [] },
  ],
  'enum and const': [
    {
      schema: { enum: [1, 'a', null, [1, 2], { a: 1 }] },
      valid: [1, 'a', null, [1, 2], { a: 1 }],
      invalid: [2, 'b', [1], {}],
    },
    {
      schema: { const: { a: [1, { b: null }] } },
      valid: [{ a: [1, { b: null }] }],
      invalid: [{ a: [1] }, { a: [1, { b: null }], c: 1 }],
    },
    { schema: { not: { const: { a: 1 } } }, valid: [{ a: 2 }, { a: 1, b: 1 }, {}, 1], invalid: [{ a: 1 }] },
    {
      schema: { not: { enum: [[1, 2], 'x', 3] } },
      valid: [[1], [1, 3], [1, 2, 3], 'y', 4],
      invalid: [[1, 2], 'x', 3],
    },
  ],
  'string length': [
    {
      schema: { type: 'string', minLength: 2, maxLength: 3 },
      valid: ['ab', 'é😀', '"\n', '€€€'],
      invalid: ['a', '😀', 'abcd'],
    },
    { schema: { not: { minLength: 2 } }, valid: ['', '😀'], invalid: ['ab', 1] },
    { schema: { type: 'string', maxLength: 1000000 }, valid: ['x'.repeat(2000)], invalid: [1] },
  ],
  pattern: [
    { schema: { type: 'string', pattern: '^[a-z]+$' }, valid: ['abc'], invalid: ['', 'aB', 'a1'] },
    { schema: { type: 'string', pattern: 'b+' }, valid: ['abc', 'bb'], invalid: ['', 'ac'] },
    { schema: { type: 'string', not: { pattern: '^a' } }, valid: ['', 'ba'], invalid: ['a', 'ab'] },
    {
      schema: { type: 'string', pattern: '^(?!foo)\\p{L}{2,5}$' },
      valid: ['bar', 'éé'],
      invalid: ['foo', 'foobar', 'x1'],
    },
    {
      schema: { type: 'string', pattern: '^.*$', minLength: 3, maxLength: 4 },
      valid: ['abc'],
      invalid: ['ab', 'abcde', 'a\nb'],
    },
    { schema: { type: 'string', pattern: '^((?!ab).)*$' }, valid: ['', 'ba'], invalid: ['ab', 'xab'] },
  ],
  format: [
    {
      schema: { type: 'string', format: 'date' },
      valid: ['2024-02-29'],
      invalid: ['2023-02-29', '2024-13-01', ''],
    },
    {
      schema: { type: 'string', format: 'date-time' },
      valid: ['2024-01-01T00:00:00Z', '2024-01-01T00:00:00.5+01:00'],
      invalid: ['2024-01-01', '2024-01-01T25:00:00Z'],
    },
    {
      schema: { type: 'string', format: 'uuid' },
      valid: ['123e4567-e89b-12d3-a456-426614174000'],
      invalid: ['123e4567'],
    },
    { schema: { type: 'string', format: 'ipv4' }, valid: ['192.168.0.255'], invalid: ['256.1.1.1', '1.2.3'] },
    {
      schema: { type: 'string', format: 'ipv6' },
      valid: ['::1', 'fe80::1:2', '1:2:3:4:5:6:7:8'],
      invalid: [':1', '1::2::3', '12345::'],
    },
    {
      schema: { type: 'string', format: 'email' },
      valid: ['a.b@example.org'],
      invalid: ['a@', '@b.c', 'a b@c.d'],
    },
    {
      schema: { type: 'string', format: 'uri' },
      valid: ['https://a.b/c?d#e', 'urn:x'],
      invalid: ['/a', 'a b', 'http://{'],
    },
    {
      schema: { type: 'string', format: 'duration' },
      valid: ['P1D', 'PT1H30M', 'P2W'],
      invalid: ['P', '1D', 'PT'],
    },
    { schema: { type: 'string', format: 'hostname' }, valid: ['a-b.example'], invalid: ['-a', 'a..b'] },
    { schema: { type: 'string', format: 'no such format' }, valid: ['anything'], invalid: [1] },
  ],
  numbers: [
    {
      schema: { type: 'integer', minimum: -3, maximum: 12 },
      valid: [-3, 0, 9, 12],
      invalid: [-4, 13, 120, 0.5],
    },
    {
      schema: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 },
      valid: [0.5, 0.001, 0.999],
      invalid: [0, 1, -0.5, 1.5],
    },
    { schema: { type: 'number', minimum: 1, exclusiveMinimum: true }, valid: [1.5], invalid: [1, 0] },
    {
      schema: { type: 'number', multipleOf: 0.01, minimum: 0, maximum: 1 },
      valid: [0.07, 0.29, 1, 0],
      invalid: [0.001, 1.01, -0.01],
    },
    { schema: { type: 'integer', multipleOf: 7, minimum: 100 }, valid: [105, 7007], invalid: [98, 106] },
    { schema: { type: 'integer', not: { multipleOf: 2 } }, valid: [1, -3], invalid: [0, 4] },
    { schema: { type: 'integer', minimum: 5, maximum: 6, not: { const: 5 } }, valid: [6], invalid: [5, 7] },
  ],
  'numbers that are not integers': [
    { schema: { type: 'number', not: { type: 'integer' } }, valid: [1.5, 0.001, -2.25], invalid: [1, 0, -7] },
  ],
  arrays: [
    {
      schema: { type: 'array', items: { type: 'integer' }, minItems: 1, maxItems: 2 },
      valid: [[1], [1, 2]],
      invalid: [[], [1, 2, 3], ['a']],
    },
    {
      schema: { prefixItems: [{ type: 'integer' }, { type: 'string' }], items: false },
      valid: [[], [1], [1, 'a'], 5],
      invalid: [['a'], [1, 'a', 2]],
    },
    {
      schema: { items: [{ type: 'integer' }], additionalItems: { type: 'null' } },
      valid: [[1, null]],
      invalid: [[1, 1]],
    },
    {
      schema: { type: 'array', contains: { const: 1 }, minContains: 2, maxContains: 3 },
      valid: [
        [1, 1],
        [1, 2, 1, 1],
      ],
      invalid: [[1], [1, 1, 1, 1]],
    },
    { schema: { type: 'array', not: { contains: { const: 1 } } }, valid: [[], [2]], invalid: [[1], [2, 1]] },
    {
      schema: { type: 'array', not: { items: { type: 'integer' } } },
      valid: [['a'], [1, 'a']],
      invalid: [[], [1]],
    },
    {
      schema: { type: 'array', uniqueItems: true, items: { type: ['string', 'integer'] } },
      valid: [[], ['a', 'b', 1, 10]],
      invalid: [
        ['a', 'a'],
        [1, 2, 1],
      ],
    },
    {
      schema: { type: 'array', uniqueItems: true, items: { enum: ['a', 'b', 'c'] }, minItems: 3 },
      valid: [['c', 'a', 'b']],
      invalid: [
        ['a', 'b'],
        ['a', 'b', 'a'],
      ],
    },
    {
      schema: { type: 'array', uniqueItems: true, items: { type: 'object' } },
      valid: [[{}, { a: 1 }, { a: 2 }]],
      invalid: [
        [{ a: 1 }, { a: 1 }],
        [{}, {}],
      ],
    },
    { schema: { type: 'array', items: true, maxItems: 1000000 }, valid: [[1, 2, 3]], invalid: [1] },
  ],
  objects: [
    {
      schema: {
        type: 'object',
        properties: { a: { type: 'integer' } },
        required: ['a'],
        additionalProperties: false,
      },
      valid: [{ a: 1 }],
      invalid: [{}, { a: 'x' }, { a: 1, b: 1 }],
    },
    {
      schema: { properties: { a: { type: 'integer' }, b: { type: 'string' } } },
      valid: [{ b: 'x', a: 1 }, { c: 1 }, 5],
      invalid: [{ a: 'x' }, { c: 1, b: 1 }],
    },
    {
      schema: {
        patternProperties: { '^x': { type: 'integer' }, y$: { minimum: 5 } },
        additionalProperties: { type: 'string' },
      },
      valid: [{ xa: 1, ay: 7, xy: 6, q: 's' }],
      invalid: [{ xy: 2 }, { q: 1 }],
    },
    {
      schema: { type: 'object', propertyNames: { pattern: '^a', maxLength: 2 } },
      valid: [{ ab: 1 }, {}],
      invalid: [{ b: 1 }, { abc: 1 }],
    },
    {
      schema: { type: 'object', minProperties: 2, maxProperties: 3 },
      valid: [
        { a: 1, b: 2 },
        { a: 1, b: 2, c: 3 },
      ],
      invalid: [{}, { a: 1 }, { a: 1, b: 2, c: 3, d: 4 }],
    },
    {
      schema: { type: 'object', not: { minProperties: 2 } },
      valid: [{}, { a: 1 }],
      invalid: [{ a: 1, b: 1 }],
    },
    {
      schema: { type: 'object', not: { additionalProperties: { type: 'integer' } } },
      valid: [{ a: 'x' }, { a: 1, b: 'x' }],
      invalid: [{}, { a: 1 }],
    },
    {
      schema: { type: 'object', not: { propertyNames: { maxLength: 1 } } },
      valid: [{ ab: 1 }],
      invalid: [{}, { a: 1 }],
    },
    {
      schema: { dependentRequired: { a: ['b'], b: ['c'] } },
      valid: [{ a: 1, b: 1, c: 1 }, { c: 1 }, 3],
      invalid: [{ a: 1 }, { b: 1, a: 1 }],
    },
    {
      schema: { type: 'object', dependentSchemas: { a: { properties: { b: { type: 'integer' } } } } },
      valid: [{ a: 1, b: 1 }, { b: 'x' }],
      invalid: [
        { a: 1, b: 'x' },
        { b: 'x', a: 1 },
      ],
    },
    {
      schema: { dependencies: { a: ['b'], c: { required: ['d'] } } },
      valid: [
        { a: 1, b: 1 },
        { c: 1, d: 1 },
      ],
      invalid: [{ a: 1 }, { c: 1 }],
    },
  ],
  combination: [
    {
      schema: { allOf: [{ minimum: 1 }, { maximum: 3 }, { type: 'integer' }] },
      valid: [1, 3],
      invalid: [0, 4, 'a'],
    },
    {
      schema: { anyOf: [{ type: 'string' }, { minimum: 3, type: 'number' }] },
      valid: ['a', 3],
      invalid: [2, null],
    },
    {
      schema: { oneOf: [{ type: 'integer' }, { type: 'number', minimum: 2 }] },
      valid: [1, 2.5],
      invalid: [3, 1.5],
    },
    {
      schema: { type: 'object', oneOf: [{ required: ['a'] }, { required: ['b'] }] },
      valid: [{ a: 1 }, { b: 1, c: 1 }],
      invalid: [{}, { a: 1, b: 1 }],
    },
    {
      schema: {
        type: 'object',
        oneOf: [{ properties: { a: { type: 'integer' } } }, { properties: { b: { type: 'integer' } } }],
      },
      valid: [{ a: 'x' }, { b: 'x', a: 1 }],
      invalid: [{}, { a: 1, b: 1 }, { a: 'x', b: 'x' }],
    },
    {
      schema: {
        if: { properties: { k: { const: 1 } }, required: ['k'] },
        // biome-ignore lint/suspicious/noThenProperty: a JSON Schema keyword
        then: { required: ['p'] },
        else: { required: ['q'] },
      },
      valid: [{ k: 1, p: 0 }, { q: 1 }, { q: 1, k: 2 }],
      invalid: [{ k: 1, q: 1 }, { p: 1 }],
    },
    { schema: { not: { not: { type: 'string' } } }, valid: ['a'], invalid: [1] },
    {
      schema: { type: 'object', properties: { a: { const: 1 } }, not: { required: ['a', 'b'] } },
      valid: [{ a: 1 }, { b: 1 }],
      invalid: [
        { a: 1, b: 1 },
        { b: 2, a: 1 },
      ],
    },
  ],
  references: [
    {
      schema: {
        $defs: {
          n: {
            type: 'object',
            properties: { v: { type: 'integer' }, next: { $ref: '#/$defs/n' } },
            required: ['v'],
            additionalProperties: false,
          },
        },
        $ref: '#/$defs/n',
      },
      valid: [{ v: 1, next: { v: 2 } }],
      invalid: [{ v: 1, next: {} }],
    },
    {
      schema: {
        $id: 'https://example.org/a',
        $defs: { b: { $id: 'b', $anchor: 'x', type: 'integer' } },
        items: { $ref: 'b#x' },
        type: 'array',
      },
      valid: [[1]],
      invalid: [['a']],
    },
    {
      schema: { definitions: { 'a/b~c': { type: 'null' } }, $ref: '#/definitions/a~1b~0c' },
      valid: [null],
      invalid: [1],
    },
    { schema: { type: 'array', items: { $ref: '#' } }, valid: [[], [[], [[]]]], invalid: [[1]] },
  ],
  unevaluated: [
    {
      schema: {
        properties: { a: true },
        anyOf: [
          { properties: { b: { type: 'integer' } }, required: ['b'] },
          { properties: { c: true }, required: ['c'] },
        ],
        unevaluatedProperties: false,
      },
      valid: [{ b: 1 }, { a: 1, b: 1 }, { b: 1, c: 2 }],
      invalid: [{ a: 1 }, { b: 1, d: 1 }, { b: 'x', c: 1 }],
    },
    {
      schema: {
        type: 'array',
        prefixItems: [{ type: 'integer' }],
        contains: { type: 'string' },
        unevaluatedItems: { type: 'null' },
      },
      valid: [
        [1, 'a'],
        [1, null, 'x'],
      ],
      invalid: [[1, true, 'a'], [1]],
    },
    {
      schema: { $ref: '#/$defs/b', unevaluatedProperties: false, $defs: { b: { properties: { x: true } } } },
      valid: [{ x: 1 }, {}, 3],
      invalid: [{ y: 1 }],
    },
  ],
};

describe('keywords', () => {
  for (const [name, cases] of Object.entries(CASES)) {
    for (const each of cases) {
      test(`${name}: ${JSON.stringify(each.schema).slice(0, 90)}`, () => {
        assert.deepEqual(disagreements(each), []);
        assert.ok(each.valid.length > 0);
      });
    }
  }
});

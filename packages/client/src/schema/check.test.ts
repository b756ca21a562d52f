import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertCheckable, check } from './check.ts';
import type { JsonSchema } from './infer.ts';
import { SchemaError } from './strict.ts';

const CASES: readonly [schema: JsonSchema, fits: readonly unknown[], others: readonly unknown[]][] = [
  [{ type: 'string' }, [''], [1, null, {}, []]],
  [{ type: 'integer' }, [1, -0, 1e3], [1.5, '1']],
  [{ type: 'number' }, [1.5], ['1', null]],
  [{ type: ['string', 'null'] }, ['', null], [1]],
  [{ type: 'object' }, [{}], [[], null]],
  [{ type: 'array', items: { type: 'number' } }, [[], [1, 2]], [[1, '2'], {}]],
  [{ const: { a: [1] } }, [{ a: [1] }], [{ a: [2] }, { a: [1], b: 1 }, null]],
  [{ enum: ['a', null, 1] }, ['a', null, 1], ['b', '1']],
  [{ minimum: 0, maximum: 1 }, [0, 1, 'x'], [-1, 2]],
  [{ exclusiveMinimum: 0, exclusiveMaximum: 1 }, [0.5], [0, 1]],
  [{ multipleOf: 0.1 }, [0.3, 1], [0.35]],
  [{ minLength: 2, maxLength: 3 }, ['ab', '😀😀😀', 1], ['a', 'abcd']],
  [{ pattern: '^\\d+$' }, ['12', 1], ['x']],
  [
    { minItems: 1, maxItems: 2, uniqueItems: true },
    [[1], [{ a: 1 }, { a: 2 }]],
    [[], [1, 2, 3], [{ a: 1 }, { a: 1 }]],
  ],
  [{ prefixItems: [{ type: 'string' }], items: false }, [['a'], []], [[1], ['a', 'b']]],
  [{ minProperties: 1, maxProperties: 1 }, [{ a: 1 }], [{}, { a: 1, b: 1 }]],
  [
    { properties: { a: { type: 'string' } }, required: ['a'], additionalProperties: false },
    [{ a: '' }],
    [{}, { a: 1 }, { a: '', b: 1 }],
  ],
  [{ additionalProperties: { type: 'number' }, properties: { a: true } }, [{ a: '', b: 1 }], [{ b: '' }]],
  [{ patternProperties: { '^x-': { type: 'number' } }, additionalProperties: false }, [{ 'x-a': 1 }], [{ 'x-a': '' }, { y: 1 }]], // biome-ignore format: one case
  [{ anyOf: [{ type: 'string' }, { minimum: 5 }] }, ['', 5], [4]],
  [{ oneOf: [{ type: 'number' }, { minimum: 5 }] }, [4, 'x'], [6]],
  [{ allOf: [{ minimum: 1 }, { maximum: 2 }] }, [1], [0, 3]],
  [{ not: { type: 'string' } }, [1], ['']],
  [
    {
      $defs: {
        tree: { type: 'object', properties: { next: { $ref: '#/$defs/tree' } }, additionalProperties: false },
      },
      $ref: '#/$defs/tree',
    },
    [{}, { next: { next: {} } }],
    [{ next: { next: 1 } }, { other: 1 }],
  ],
  [{ required: ['toString', '__proto__'] }, [1], [{}]],
];

test('values that fit, and values that do not', () => {
  for (const [schema, fits, others] of CASES) {
    assertCheckable(schema);
    for (const value of fits)
      assert.deepEqual(check(schema, value, schema), [], JSON.stringify([schema, value]));
    for (const value of others) {
      assert.notDeepEqual(check(schema, value, schema), [], JSON.stringify([schema, value]));
    }
  }
});

test('issues say where and what', () => {
  const schema = {
    type: 'object',
    properties: { a: { type: 'array', items: { type: 'number' } } },
    required: ['b'],
  };
  assert.deepEqual(check(schema, { a: [1, 'x'] }, schema), [
    { message: 'is missing', path: ['b'] },
    { message: 'must fit type: "number"', path: ['a', 1] },
  ]);
});

test('what cannot be checked in full is refused beforehand, wherever it stands', () => {
  for (const inner of [
    { if: {} },
    { propertyNames: {} },
    { contains: {} },
    { $ref: '#/nowhere' },
    { $ref: 'http://x' },
  ]) {
    assert.throws(() => assertCheckable({ properties: { a: { items: { anyOf: [inner] } } } }), SchemaError);
  }
});

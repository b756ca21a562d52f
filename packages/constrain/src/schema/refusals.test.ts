import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusal } from '../testing/schemas.ts';

const nested = (depth: number) => {
  let schema: unknown = { type: 'integer' };
  for (let i = 0; i < depth; i++) schema = { properties: { a: schema } };
  return schema;
};

test('mistakes are named with their place', () => {
  assert.deepEqual(refusal({ properties: { a: { type: 'text' } } }), {
    kind: 'invalid',
    pointer: '/properties/a',
    keyword: 'type',
  });
  assert.deepEqual(refusal({ items: { pattern: '(' } }), {
    kind: 'invalid',
    pointer: '/items',
    keyword: 'pattern',
  });
  assert.deepEqual(refusal({ properties: { a: { minLength: -1 } } }), {
    kind: 'invalid',
    pointer: '/properties/a',
    keyword: 'minLength',
  });
  assert.equal(refusal({ required: 'a' })?.keyword, 'required');
  assert.equal(refusal(5)?.kind, 'invalid');
});

test('references that lead nowhere, outside or round in a circle are refused', () => {
  assert.deepEqual(refusal({ items: { $ref: '#/$defs/none' } }), {
    kind: 'invalid',
    pointer: '/items',
    keyword: '$ref',
  });
  assert.equal(refusal({ $ref: 'https://example.org/schema.json' })?.kind, 'unsupported');
  assert.equal(refusal({ $ref: '#' })?.kind, 'invalid');
  assert.equal(
    refusal({ $defs: { a: { allOf: [{ $ref: '#/$defs/b' }] }, b: { $ref: '#/$defs/a' } }, $ref: '#/$defs/a' })
      ?.kind,
    'invalid',
  );
});

test('schemas without any value are refused', () => {
  for (const schema of [
    false,
    { type: 'integer', minimum: 2, maximum: 1 },
    { type: 'string', enum: [1] },
    { type: 'object', required: ['a'], properties: { a: false } },
    { type: 'object', properties: { next: { $ref: '#' } }, required: ['next'] },
    { type: 'array', items: { enum: [1, 2] }, uniqueItems: true, minItems: 3 },
    { type: 'string', pattern: '^a$', minLength: 2 },
    { allOf: [{ type: 'string' }, { not: { type: 'string' } }] },
  ]) {
    assert.equal(refusal(schema)?.kind, 'invalid', JSON.stringify(schema));
  }
});

test('what cannot be enforced exactly is refused', () => {
  assert.equal(refusal({ pattern: '(a)\\1' })?.kind, 'unsupported');
  const repeated = { type: 'array', contains: { type: 'null' }, not: { uniqueItems: true } };
  assert.equal(refusal(repeated)?.keyword, 'uniqueItems');
});

test('hostile schemas end in an error within bounded work', () => {
  assert.equal(refusal(nested(100_000))?.kind, 'limit');
  assert.equal(refusal({ enum: Array.from({ length: 3_000_000 }, (_, i) => `value ${i}`) })?.kind, 'limit');
  assert.equal(
    refusal({
      type: 'string',
      pattern: '^(a|b)*a(a|b){18}$',
      not: { pattern: '^(b|a)*b(a|b){17}$' },
      minLength: 40,
    })?.kind ?? 'compiled',
    'limit',
  );
  const branches = Array.from({ length: 24 }, (_, i) => ({
    properties: { [`a${i}`]: { type: 'integer' }, [`b${i}`]: { type: 'string' } },
  }));
  assert.equal(refusal({ type: 'object', oneOf: branches })?.kind, 'limit');
});

test('large counts cost nothing', () => {
  const schema = {
    type: 'array',
    maxItems: 1_000_000,
    items: { type: 'string', maxLength: 1_000_000, pattern: '^[a-z]{2,1000000}$' },
  };
  assert.equal(refusal(schema, { compileFuel: 20_000 }), null);
});

test('strict mode demands closed objects with all properties required', () => {
  const open = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] };
  assert.equal(refusal(open, { strict: true })?.keyword, 'additionalProperties');
  assert.equal(
    refusal({ ...open, required: [], additionalProperties: false }, { strict: true })?.keyword,
    'required',
  );
  assert.equal(refusal({ ...open, additionalProperties: false }, { strict: true }), null);
});

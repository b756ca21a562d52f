import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainParameters } from './plain-parameters.ts';
import { NOTE, NOW, RELATED, SEARCH } from './tools.fixture.ts';

const ofSchema = (parameters: Record<string, unknown>) =>
  plainParameters({ kind: 'function', name: 'f', parameters }, /^\w+$/);

test('arguments in the order of their declaration', () => {
  const found = plainParameters(SEARCH, /^\w+$/)?.map(({ name, kind, isRequired }) => [
    name,
    kind,
    isRequired,
  ]);
  assert.deepEqual(found, [
    ['exact', 'other', false],
    ['query', 'string', true],
    ['tags', 'other', false],
    ['within', 'any', false],
    ['limit', 'any', false],
  ]);
  assert.deepEqual(plainParameters(NOW, /^\w+$/), []);
  assert.deepEqual(
    plainParameters(NOTE, /^\w+$/)?.map(({ name, kind }) => [name, kind]),
    [['input', 'string']],
  );
});

test('the definitions go with each argument', () => {
  const within = plainParameters(SEARCH, /^\w+$/)?.find(({ name }) => name === 'within');
  assert.deepEqual(Object.keys(within?.schema ?? {}), ['$defs', '$ref']);
});

test('kinds of values', () => {
  const kind = (schema: unknown) => ofSchema({ type: 'object', properties: { a: schema } })?.[0]?.kind;
  assert.equal(kind({ enum: ['a', 'b'] }), 'string');
  assert.equal(kind({ enum: ['a', 1] }), 'any');
  assert.equal(kind({ const: null }), 'other');
  assert.equal(kind({ type: ['integer', 'null'] }), 'other');
  assert.equal(kind({ anyOf: [{ type: 'integer' }] }), 'any');
  assert.equal(kind(true), 'any');
  assert.equal(kind(false), undefined);
});

test('schemas that say how arguments go together are not plain', () => {
  assert.equal(plainParameters(RELATED, /^\w+$/), undefined);
  assert.equal(ofSchema({ minProperties: 1 }), undefined);
  assert.equal(ofSchema({ required: ['a'] }), undefined);
  assert.equal(ofSchema({ properties: { 'a b': {} } }), undefined);
  assert.equal(ofSchema({ properties: { a: { $ref: '#/properties/b' }, b: {} } }), undefined);
  assert.equal(ofSchema({ properties: { a: { items: { $id: 'x' } } } }), undefined);
  assert.equal(ofSchema({ type: 'array', properties: { a: {} } }), undefined);
});

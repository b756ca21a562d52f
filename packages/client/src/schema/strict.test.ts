import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SchemaError, strictSchema, withoutNulls } from './strict.ts';

const person = {
  $defs: { address: { type: 'object', properties: { city: { type: 'string' }, zip: { type: 'string' } }, required: ['city'] } }, // biome-ignore format: one line
  type: 'object',
  properties: {
    name: { type: 'string' },
    nick: { type: 'string', default: 'x' },
    note: { anyOf: [{ type: 'string' }, { type: 'null' }] },
    home: { $ref: '#/$defs/address' },
    pets: { type: 'array', items: { type: 'object', properties: { age: { type: 'number' } } } },
    any: {},
  },
  required: ['name'],
};

test('all properties are required, what was optional may be null, objects are closed', () => {
  const before = structuredClone(person);
  const nullable = (schema: object) => ({ anyOf: [schema, { type: 'null' }] });
  assert.deepEqual(strictSchema(person), {
    $defs: {
      address: {
        type: 'object',
        properties: { city: { type: 'string' }, zip: nullable({ type: 'string' }) },
        required: ['city', 'zip'],
        additionalProperties: false,
      },
    },
    type: 'object',
    properties: {
      name: { type: 'string' },
      nick: nullable({ type: 'string' }),
      note: person.properties.note,
      home: nullable({ $ref: '#/$defs/address' }),
      pets: nullable({
        type: 'array',
        items: {
          type: 'object',
          properties: { age: nullable({ type: 'number' }) },
          required: ['age'],
          additionalProperties: false,
        },
      }),
      any: {},
    },
    required: ['name', 'nick', 'note', 'home', 'pets', 'any'],
    additionalProperties: false,
  });
  assert.deepEqual(person, before, 'the schema itself stays as it is');
});

test('the nulls that were added are taken out again, others stay', () => {
  const sent = {
    name: 'A',
    nick: null,
    note: null,
    home: { city: 'B', zip: null },
    pets: [{ age: null }],
    any: null,
  };
  assert.deepEqual(withoutNulls(sent, person), {
    name: 'A',
    note: null,
    home: { city: 'B' },
    pets: [{}],
    any: null,
  });
});

test('branches of a union are told apart by their constants and names', () => {
  const branch = (kind: string, more: object) => ({
    type: 'object',
    properties: { kind: { const: kind }, ...more },
    required: ['kind'],
  });
  const schema = {
    type: 'object',
    properties: {
      shape: {
        anyOf: [
          branch('circle', { r: { type: 'number' } }),
          branch('box', { r: { type: ['number', 'null'] } }),
        ],
      },
    },
    required: ['shape'],
  };
  assert.deepEqual(withoutNulls({ shape: { kind: 'circle', r: null } }, schema), {
    shape: { kind: 'circle' },
  });
  assert.deepEqual(withoutNulls({ shape: { kind: 'box', r: null } }, schema), {
    shape: { kind: 'box', r: null },
  });
});

test('parts of an allOf stay open, maps stay maps', () => {
  const schema = {
    type: 'object',
    properties: {
      both: { allOf: [{ properties: { a: { type: 'string' } } }, { properties: { b: { type: 'string' } } }] },
      map: { type: 'object', additionalProperties: { type: 'number' } },
    },
    required: ['both', 'map'],
  };
  assert.deepEqual(strictSchema(schema), { ...schema, additionalProperties: false });
});

test('a root that is no object is refused here, before a server does', () => {
  for (const schema of [{ type: 'array' }, { anyOf: [] }, {}, { $ref: '#/nowhere' }]) {
    assert.throws(() => strictSchema(schema), (error) => error instanceof SchemaError && /strict: false/.test(error.message)); // biome-ignore format: one line
  }
});

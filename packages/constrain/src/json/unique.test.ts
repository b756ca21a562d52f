import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compile } from '../compile.ts';
import { disagreements, refusal } from '../testing/schemas.ts';
import { allowedIds, allows, seeded, walk } from '../testing/texts.ts';
import { smallVocabulary } from '../testing/vocabulary.ts';
import { canonicalText } from './constant.ts';

const closed = (properties: object, required: string[]) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

/** Schemas of items with values of theirs, among them all where they are few. */
const ITEMS: [schema: unknown, values: unknown[]][] = [
  [{ enum: [1, 'a', null] }, [1, 'a', null]],
  [closed({ a: { enum: [1, 2] } }, []), [{}, { a: 1 }, { a: 2 }]],
  [
    closed({ a: { type: 'string' }, b: { type: 'boolean' } }, ['a', 'b']),
    [
      { a: 'x', b: true },
      { a: 'x', b: false },
      { b: true, a: '' },
    ],
  ],
  [{ type: 'array', items: { type: 'boolean' }, maxItems: 1 }, [[], [true], [false]]],
  [
    { type: 'array', items: { enum: [1, 2] }, minItems: 2, maxItems: 2, uniqueItems: true },
    [
      [1, 2],
      [2, 1],
    ],
  ],
  [
    closed({ a: closed({ b: { enum: [1, 2] } }, ['b']), c: { const: 3 } }, ['a']),
    [{ a: { b: 1 } }, { a: { b: 1 }, c: 3 }, { a: { b: 2 } }],
  ],
  [{ type: 'object', maxProperties: 1, additionalProperties: { type: 'integer' } }, [{}, { a: 1 }, { b: 1 }]],
];

function sequences(values: readonly unknown[], length: number): unknown[][] {
  if (length === 0) return [[]];
  return sequences(values, length - 1).flatMap((s) => values.map((v) => [...s, v]));
}

const isUnique = (list: readonly unknown[]) => new Set(list.map(canonicalText)).size === list.length;

/** The same value with the keys of objects in the other order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([k, v]) => [k, reversed(v)]),
  );
}

describe('arrays of up to three items', () => {
  for (const [items, values] of ITEMS) {
    test(JSON.stringify(items), () => {
      const lists = [0, 1, 2, 3].flatMap((n) => sequences(values, n));
      lists.push(...lists.map((list) => [...list.slice(0, 1), ...list.slice(1).map(reversed)]));
      const [valid, invalid] = [lists.filter(isUnique), lists.filter((l) => !isUnique(l))];
      assert.ok(valid.length > 3 && invalid.length > 3);
      const unique = { type: 'array', items, uniqueItems: true };
      assert.deepEqual(disagreements({ schema: unique, valid, invalid }), []);
      const repeating = { type: 'array', items, not: { uniqueItems: true } };
      assert.deepEqual(disagreements({ schema: repeating, valid: invalid, invalid: valid }), []);
    });
  }
});

const SCHEMAS: unknown[] = [
  ...ITEMS.map(([items]) => ({ type: 'array', items, uniqueItems: true })),
  ...ITEMS.map(([items]) => ({ type: 'array', items, not: { uniqueItems: true }, maxItems: 4 })),
  ...ITEMS.map(([items, values]) => ({
    type: 'array',
    items,
    uniqueItems: true,
    minItems: Math.min(3, values.length),
    not: { const: values },
  })),
  {
    type: 'array',
    prefixItems: [{ enum: [1, 2] }, { enum: [1, 2, 3] }, { const: 1 }],
    minItems: 3,
    uniqueItems: true,
  },
  { type: 'array', items: { type: 'integer', minimum: 1, maximum: 3 }, minItems: 3, uniqueItems: true },
  { type: 'array', contains: { const: {} }, items: { type: 'object' }, uniqueItems: true },
  {
    not: { const: { a: [1, { b: 2 }], c: 'x' } },
    type: 'object',
    properties: { c: { const: 'x' } },
    required: ['a', 'c'],
  },
  { type: 'object', propertyNames: { enum: ['a', 'b'] }, not: { additionalProperties: { type: 'integer' } } },
  { not: { enum: [[1, 2], [1], [], [2, 1]] }, type: 'array', items: { enum: [1, 2] }, maxItems: 2 },
];

describe('masks of arrays whose items are compared', () => {
  const vocabulary = smallVocabulary();
  for (const schema of SCHEMAS) {
    test(JSON.stringify(schema), () => {
      for (const declaredOrder of [false, true]) {
        const grammar = compile({ jsonSchema: schema }, { declaredOrder });
        for (let seed = 1; seed <= 12; seed++) {
          const random = seeded(seed);
          assert.ok(!walk(grammar.start(vocabulary), vocabulary, random, 12).deadEnd);
          const state = grammar.start(vocabulary);
          for (let step = 0; step < 24 && !state.ended; step++) {
            const mask = state.mask().slice();
            for (let id = 0; id < vocabulary.size; id++) {
              const taken = state.advance(id);
              if (taken) state.rollback(1);
              assert.equal(allows(mask, id), taken, `token ${id} at step ${step} with seed ${seed}`);
            }
            const ids = allowedIds(mask);
            assert.ok(ids.length > 0, 'a dead end');
            state.advance(ids[Math.floor(random() * ids.length)]!);
          }
        }
      }
    });
  }
});

test('positions that leave each other no values are seen at once', () => {
  const pair = (a: unknown, b: unknown) => ({
    type: 'array',
    prefixItems: [a, b],
    minItems: 2,
    uniqueItems: true,
  });
  assert.equal(refusal(pair({ const: 1 }, { const: 1 }))?.kind, 'invalid');
  assert.deepEqual(
    disagreements({
      schema: pair({ enum: [1, 2] }, { const: 1 }),
      valid: [
        [2, 1],
        [2, 1, 3],
      ],
      invalid: [[1, 1], [1, 2], [2], [2, 1, 2]],
    }),
    [],
  );
  const few = { type: 'array', items: { type: 'array', maxItems: 0 }, minItems: 2, uniqueItems: true };
  assert.equal(refusal(few)?.kind, 'invalid');
});

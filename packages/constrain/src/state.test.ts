import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Constraint, compile } from './compile.ts';
import { ConstraintError } from './errors.ts';
import { allowedIds, allows, seeded } from './testing/texts.ts';
import { smallVocabulary } from './testing/vocabulary.ts';

const CONSTRAINTS: Constraint[] = [
  { jsonSchema: true },
  {
    jsonSchema: {
      type: 'object',
      properties: {
        name: { type: 'string', maxLength: 4 },
        n: { type: 'integer', minimum: -12, maximum: 120 },
      },
      required: ['name'],
      additionalProperties: false,
    },
  },
  {
    jsonSchema: {
      type: 'object',
      properties: { a: { type: 'integer' }, 'a"b\n': { const: 1 }, é: { enum: ['x', 'é€'] } },
      additionalProperties: { type: 'boolean' },
    },
  },
  { jsonSchema: { type: 'array', uniqueItems: true, items: { type: ['string', 'integer'], maxLength: 3 } } },
  { jsonSchema: { type: 'array', uniqueItems: true, items: { enum: ['a', 'b', 1] }, minItems: 2 } },
  { jsonSchema: { type: 'array', uniqueItems: true, items: { type: 'object' } } },
  { jsonSchema: { type: 'object', minProperties: 2, additionalProperties: { type: 'integer' } } },
  { jsonSchema: { type: 'string', minLength: 9, maxLength: 12 } },
  { jsonSchema: { type: 'string', pattern: '^[^a-z]*$', minLength: 2 } },
  {
    jsonSchema: {
      type: 'object',
      properties: Object.fromEntries(Array.from({ length: 80 }, (_, i) => [`name${i}`, { const: i }])),
      additionalProperties: { type: 'string' },
    },
  },
  { jsonSchema: { type: 'string', pattern: '^(?:a|b"|\\n|😀)*$', minLength: 2, maxLength: 6 } },
  {
    jsonSchema: {
      type: 'object',
      patternProperties: { '^na': { type: 'string' } },
      additionalProperties: { type: 'null' },
    },
  },
  {
    jsonSchema: {
      anyOf: [
        { type: 'array', items: { type: 'number' } },
        { type: 'array', items: { type: 'string', minLength: 1 } },
      ],
    },
  },
  { regex: '[a-c]{2,5}(?:€|😀)+x?' },
  { choice: ['name', 'na', 'true', 'été'] },
  { grammar: 'root ::= item (" + " item)*\nitem ::= [0-9]+ | "(" root ")"', syntax: 'gbnf' },
  {
    structuralTag: {
      structures: [{ begin: '<tool>', schema: { type: 'object' }, end: '</tool>' }],
      triggers: ['<tool'],
    },
  },
  {
    structuralTag: {
      format: {
        type: 'or',
        elements: [
          {
            type: 'json_schema',
            json_schema: { type: 'array', uniqueItems: true, items: { type: 'integer' } },
          },
          { type: 'json_schema', json_schema: { type: 'array', items: { type: 'string' } } },
          { type: 'regex', pattern: '\\[+' },
        ],
      },
    },
  },
];

test('every bit of every mask agrees with advance', () => {
  const vocabulary = smallVocabulary();
  for (const constraint of CONSTRAINTS) {
    const grammar = compile(constraint);
    for (let seed = 1; seed <= 6; seed++) {
      const random = seeded(seed);
      const state = grammar.start(vocabulary);
      for (let step = 0; step < 25 && !state.ended; step++) {
        const mask = state.mask().slice();
        for (let id = 0; id < vocabulary.size; id++) {
          const taken = state.advance(id);
          if (taken) state.rollback(1);
          assert.equal(allows(mask, id), taken, `${JSON.stringify(constraint)} token ${id} at step ${step}`);
        }
        const ids = allowedIds(mask);
        assert.ok(ids.length > 0, 'a dead end');
        state.advance(ids[Math.floor(random() * ids.length)]!);
      }
    }
  }
});

test('rollback restores masks and completeness', () => {
  const vocabulary = smallVocabulary();
  for (const constraint of CONSTRAINTS) {
    const random = seeded(9);
    const state = compile(constraint).start(vocabulary);
    const seen: { mask: Uint32Array; complete: boolean }[] = [];
    for (let step = 0; step < 20 && !state.ended; step++) {
      const mask = state.mask().slice();
      seen.push({ mask, complete: state.complete });
      const ids = allowedIds(mask);
      state.advance(ids[Math.floor(random() * ids.length)]!);
    }
    while (seen.length > 0) {
      const { mask, complete } = seen.pop()!;
      state.rollback(1);
      assert.deepEqual(state.mask(), mask);
      assert.equal(state.complete, complete);
    }
    assert.throws(() => state.rollback(1), ConstraintError);
  }
});

test('forced bytes are what must come', () => {
  const vocabulary = smallVocabulary();
  const schema = {
    type: 'object',
    properties: { name: { type: 'string' } },
    required: ['name'],
    additionalProperties: false,
  };
  const state = compile({ jsonSchema: schema }, { compact: true }).start(vocabulary);
  assert.equal(new TextDecoder().decode(state.forced()), '{"name":"');
  assert.equal(new TextDecoder().decode(state.forced(3)), '{"n');
  assert.equal(
    compile({ choice: ['abc', 'abd'] })
      .start(vocabulary)
      .forced().length,
    2,
  );
});

test('forced bytes of one text are not those of another', () => {
  const vocabulary = smallVocabulary();
  const items = { enum: ['one', 'two'] };
  const schema = { type: 'array', uniqueItems: true, items, minItems: 2 };
  const grammar = compile({ jsonSchema: schema }, { compact: true });
  const forcedAfter = (text: string) => {
    const state = grammar.start(vocabulary);
    for (const byte of new TextEncoder().encode(text)) assert.ok(state.advance(byte));
    return new TextDecoder().decode(state.forced());
  };
  assert.equal(forcedAfter('["one"'), ',"two"]');
  assert.equal(forcedAfter('["two"'), ',"one"]');
  assert.equal(forcedAfter('["one"'), ',"two"]');
});

test('masks are remembered', () => {
  const vocabulary = smallVocabulary();
  const grammar = compile({ jsonSchema: { type: 'string', minLength: 3 } });
  const first = grammar.start(vocabulary);
  assert.equal(first.prepared, false);
  first.mask();
  assert.equal(first.prepared, true);
  assert.equal(grammar.start(vocabulary).prepared, true);
  for (const byte of new TextEncoder().encode('"é')) first.advance(byte);
  first.mask();
  const other = grammar.start(vocabulary);
  // Inside of another character, which ends where the first one ended.
  for (const byte of new TextEncoder().encode('"è')) other.advance(byte);
  assert.equal(other.prepared, true);
});

test('long work calls again and again', () => {
  let calls = 0;
  const onWork = () => calls++;
  const names = Array.from({ length: 300 }, (_, i) => [`name ${i}`, { type: 'integer', minimum: i }]);
  const schema = { type: 'object', properties: Object.fromEntries(names) };
  compile({ jsonSchema: schema }, { onWork });
  assert.ok(calls > 5, `${calls} calls`);
  const letters = Array.from({ length: 80 }, (_, i) => `${String.fromCharCode(0x28 + (i % 52))}${i}`);
  const state = compile({ jsonSchema: { enum: letters } }, { onWork }).start(smallVocabulary());
  state.advance(0x22);
  calls = 0;
  state.mask();
  assert.ok(calls > 0);
});

test('the text ends only with an end token, where it may end', () => {
  const vocabulary = smallVocabulary();
  const end = vocabulary.endOfText[0]!;
  const state = compile({ jsonSchema: { type: 'integer' } }).start(vocabulary);
  assert.equal(state.advance(end), false);
  assert.ok(state.advance(0x31) && state.complete);
  assert.ok(allows(state.mask(), end) && allows(state.mask(), 0x32));
  assert.ok(state.advance(end) && state.ended);
  assert.deepEqual(allowedIds(state.mask()), []);
  assert.equal(state.advance(0x31), false);
});

test('states of one grammar do not disturb each other', () => {
  const vocabulary = smallVocabulary();
  const grammar = compile({ jsonSchema: { type: 'array', items: { type: 'integer' } } });
  const [a, b] = [grammar.start(vocabulary), grammar.start(vocabulary)];
  a.advance(0x5b);
  const first = b.mask().slice();
  a.mask();
  assert.deepEqual(b.mask(), first);
  assert.equal(b.advance(0x5d), false);
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Constraint, compile } from './compile.ts';
import { ConstraintError } from './errors.ts';
import { smallVocabulary } from './testing/vocabulary.ts';

const many = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));
const text = (i: number, length: number) => String(i).padStart(length, 'k');
const keyed = <T>(n: number, length: number, make: (i: number) => T) =>
  Object.fromEntries(many(n, (i) => [text(i, length), make(i)]));
const gbnf = (grammar: string): Constraint => ({ grammar, syntax: 'gbnf' });

function outcome(constraint: Constraint): { kind: string; pointer: string } {
  try {
    compile(constraint);
    return { kind: 'compiled', pointer: '' };
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error;
    return { kind: error.kind, pointer: error.pointer };
  }
}

/** Each of a megabyte or more. */
const REFUSED: Record<string, () => Constraint> = {
  'an enum of texts': () => ({ jsonSchema: { enum: many(600_000, (i) => text(i, 10)) } }),
  'an enum of objects': () => ({ jsonSchema: { enum: many(100_000, (i) => ({ a: i, b: text(i, 30) })) } }),
  'a constant list': () => ({ jsonSchema: { const: many(500_000, (i) => i) } }),
  properties: () => ({
    jsonSchema: { type: 'object', properties: keyed(60_000, 50, (i) => ({ maxLength: i })) },
  }),
  'schemas inside one another': () => {
    let schema: unknown = true;
    for (let i = 0; i < 100_000; i++) schema = { items: schema };
    return { jsonSchema: schema };
  },
  patterns: () => ({
    jsonSchema: { allOf: many(20_000, (i) => ({ pattern: `^[a-z]*${text(i, 20)}` })) },
  }),
  'a pattern of letters': () => ({ regex: 'ab'.repeat(500_000) }),
  'a pattern of groups': () => ({ regex: '('.repeat(500_000) + ')'.repeat(500_000) }),
  'a pattern of look-ahead': () => ({ regex: `${'(?=a)'.repeat(200_000)}a` }),
  'a pattern of properties': () => ({
    regex:
      many(50, (i) => `[\\p{L}\\u{${(i + 1).toString(16)}}\\p{Script_Extensions=Greek}]`).join('') +
      'a'.repeat(1e6),
  }),
  'a list of choices': () => ({ choice: many(600_000, (i) => text(i, 10)) }),
  'a grammar of rules': () =>
    gbnf(
      `${many(30_000, (i) => `${i ? `r${i}` : 'root'} ::= "a" r${i + 1} "c" | "b"`).join('\n')}\nr30000 ::= root`,
    ),
  'a grammar of classes': () => gbnf(`root ::= ${'[a-z] '.repeat(160_000)}`),
};

describe('what is too large is refused', () => {
  for (const [name, make] of Object.entries(REFUSED)) {
    test(name, () => {
      assert.equal(outcome(make()).kind, 'limit');
    });
  }
});

/** Whose cost grows no faster than their size. */
const COMPILED: Record<string, () => Constraint> = {
  'a text of six megabytes': () => ({ jsonSchema: { enum: [text(1, 6_000_000)] } }),
  'a description of five megabytes': () => ({
    jsonSchema: { description: text(1, 5_000_000), type: 'null' },
  }),
  'definitions that nobody needs': () => ({
    jsonSchema: { $defs: keyed(50_000, 30, () => ({ type: 'string' })), type: 'integer' },
  }),
  'names that ask for one another': () => ({
    jsonSchema: { type: 'object', dependentRequired: keyed(20_000, 6, (i) => [text(i + 1, 6)]) },
  }),
  'a literal of a megabyte': () => gbnf(`root ::= "${'ab'.repeat(500_000)}"`),
  'rules that use the next one': () =>
    gbnf(
      `${many(20_000, (i) => `${i ? `r${i}` : 'root'} ::= "a" r${i + 1} | "b"`).join('\n')}\nr20000 ::= "x"`,
    ),
  'blank space': () => gbnf(`root ::= "a"${' '.repeat(1_000_000)}`),
  'one property many times': () => ({ regex: '\\p{L}'.repeat(1000) }),
};

describe('what is large in a harmless way is compiled', () => {
  for (const [name, make] of Object.entries(COMPILED)) {
    test(name, () => {
      assert.equal(outcome(make()).kind, 'compiled');
    });
  }
});

test('a limit names the place where it is known', () => {
  const large = { enum: many(600_000, (i) => text(i, 10)) };
  assert.deepEqual(outcome({ jsonSchema: { properties: { a: { items: large } }, required: ['a'] } }), {
    kind: 'limit',
    pointer: '/properties/a/items',
  });
});

test('long patterns are read without nesting', () => {
  const vocabulary = smallVocabulary();
  for (const pattern of ['[ab]'.repeat(8000), 'a?'.repeat(1000)]) {
    const schema = { type: 'string', pattern: `^${pattern}$`, maxLength: 9000 };
    const state = compile({ jsonSchema: schema }).start(vocabulary);
    for (const byte of new TextEncoder().encode('"aaaa')) {
      assert.ok(state.mask().some((word) => word !== 0));
      assert.ok(state.advance(byte));
    }
  }
});

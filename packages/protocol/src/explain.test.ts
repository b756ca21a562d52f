import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Compile } from 'typebox/compile';
import { explain } from './explain.ts';
import {
  ChatCompletionRequest,
  CompletionRequest,
  TokenizeChatRequest,
  TokenizeTextRequest,
} from './index.ts';
import { isObject, jsonSchema } from './json-schema.ts';
import { VALID_MESSAGES, VALID_PARTS, VALID_VALUES } from './valid-forms.test.fixture.ts';

/** Replaces a value anywhere: one of each JSON type, and values at and beyond common limits. */
const JUNK: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  3,
  101,
  1e300,
  '',
  'x',
  'user',
  'function',
  'text',
  '12',
  [],
  [0],
  [''],
  ['x'],
  [[]],
  [{}],
  ['a', 'b', 'c', 'd', 'e'],
  {},
  { type: 'function' },
  { type: 'text' },
  { role: 'user' },
  { name: '' },
  { x: 1 },
];

/** The value with one of its parts replaced or removed, for each part and each replacement. */
function* mutations(value: unknown): Generator<unknown> {
  yield* JUNK;
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) for (const other of mutations(item)) yield value.with(i, other);
  } else if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) {
      const { [key]: _, ...rest } = value;
      yield rest;
      for (const other of mutations(item)) yield { ...value, [key]: other };
    }
  }
}

const messages = [{ role: 'user', content: 'Hello' }];

function* bodies(): Generator<unknown> {
  for (const [name, values] of Object.entries(VALID_VALUES)) {
    if (name === 'messages') continue;
    for (const value of values) for (const other of mutations(value)) yield { messages, [name]: other };
  }
  for (const message of VALID_MESSAGES) for (const other of mutations(message)) yield { messages: [other] };
  for (const part of VALID_PARTS) {
    for (const other of mutations(part)) yield { messages: [{ role: 'user', content: [other] }] };
  }
  for (const prompt of ['a', ['a', 'b'], [1, 2], [[1], [2]]])
    for (const other of mutations(prompt)) yield { prompt: other };
  yield* mutations({ messages });
  yield* mutations({ prompt: 'a', model: 'm', add_special_tokens: true });
}

for (const [name, schema] of Object.entries({
  ChatCompletionRequest,
  CompletionRequest,
  TokenizeChatRequest,
  TokenizeTextRequest,
})) {
  test(`the walk finds a fault in exactly those bodies that the compiled check of ${name} refuses`, () => {
    const check = Compile(schema);
    const counts = { valid: 0, invalid: 0 };
    for (const body of bodies()) {
      const valid = check.Check(body);
      const fault = explain(jsonSchema(schema), body);
      assert.equal(fault === undefined, valid, `${JSON.stringify(body)} ${JSON.stringify(fault)}`);
      counts[valid ? 'valid' : 'invalid']++;
    }
    assert.ok(counts.valid > 20 && counts.invalid > 1000, JSON.stringify(counts));
  });
}

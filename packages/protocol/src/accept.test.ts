import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CHAT_PARAMETER_NAMES,
  parseChatCompletion,
  parseCompletion,
  parseDetokenize,
  parseTokenize,
  SURFACE_NAMES,
  seedToUint64,
} from './index.ts';
import { VALID_MESSAGES, VALID_PARTS, VALID_VALUES } from './valid-forms.test.fixture.ts';

const messages = [{ role: 'user', content: 'Hello' }];

test('the schema has every documented body parameter', () => {
  const names = new Set<string>(CHAT_PARAMETER_NAMES);
  const body = SURFACE_NAMES.filter(({ where }) => where === 'body');
  assert.equal(body.length, 58);
  assert.deepEqual(
    body.map(({ name }) => name).filter((name) => !names.has(name)),
    [],
  );
});

test('the fixture has valid values for every parameter but stream_options, which needs a stream', () => {
  assert.deepEqual(
    CHAT_PARAMETER_NAMES.filter((name) => VALID_VALUES[name] === undefined),
    ['stream_options'],
  );
});

for (const [name, values] of Object.entries(VALID_VALUES)) {
  test(`${name} accepts its valid values, and keeps them`, () => {
    for (const value of values) {
      const { request, unknown, unknownPaths } = parseChatCompletion({ messages, [name]: value });
      assert.deepEqual(request, { messages, [name]: value });
      assert.deepEqual([unknown, unknownPaths], [{}, []]);
    }
  });
}

test('every optional parameter takes null for absence', () => {
  for (const name of CHAT_PARAMETER_NAMES) {
    if (name === 'messages') continue;
    assert.deepEqual(parseChatCompletion({ messages, [name]: null }).request, { messages }, name);
  }
  const all = Object.fromEntries(CHAT_PARAMETER_NAMES.map((name) => [name, null]));
  assert.deepEqual(parseChatCompletion({ ...all, messages }).request, { messages });
});

test('stream options go with a stream', () => {
  for (const options of [
    {},
    { include_usage: true, continuous_usage_stats: true, include_obfuscation: false },
  ]) {
    const body = { messages, stream: true, stream_options: options };
    assert.deepEqual(parseChatCompletion(body).request, body);
  }
  assert.deepEqual(parseChatCompletion({ messages, stream_options: null }).request, { messages });
});

test('every message form is accepted', () => {
  for (const message of VALID_MESSAGES) parseChatCompletion({ messages: [message] });
});

test('every part is accepted in every role', () => {
  for (const role of ['system', 'developer', 'user', 'assistant', 'critic']) {
    for (const part of VALID_PARTS) parseChatCompletion({ messages: [{ role, content: [part] }] });
    parseChatCompletion({ messages: [{ role, content: VALID_PARTS }] });
  }
});

test('all parameters at once are accepted', () => {
  const body = Object.fromEntries(Object.entries(VALID_VALUES).map(([name, [value]]) => [name, value]));
  const { request, unknown } = parseChatCompletion({ ...body, continue_final_message: false });
  assert.equal(
    Object.keys(request).length,
    CHAT_PARAMETER_NAMES.length - 1 - 2,
    'two limits gave way to their new names',
  );
  assert.deepEqual(unknown, {});
});

test('unknown top-level keys are kept apart', () => {
  const extra = { foo: { bar: [1] }, constructor: 1, toString: null, '': 2 };
  const { request, unknown } = parseChatCompletion({ messages, ...extra });
  assert.deepEqual(request, { messages });
  assert.deepEqual(unknown, extra);
});

test('unknown keys inside known parameters are named by path', () => {
  const { unknownPaths } = parseChatCompletion({
    messages,
    stream: true,
    stream_options: { include_usages: true },
    tools: [
      { function: { name: 'f', parameters: { any: 1 }, strcit: true } },
      { type: 'custom', custom: { name: 'g' }, x: 1 },
    ],
    response_format: { type: 'json_schema', json_schema: { name: 'n', schema: { any: 1 } }, schema: {} },
    metadata: { any: 'x' },
  });
  assert.deepEqual(unknownPaths.toSorted(), [
    'response_format.schema',
    'stream_options.include_usages',
    'tools[0].function.strcit',
    'tools[1].x',
  ]);
});

test('the new names of token limits win, and a difference is told', () => {
  const { request, changes } = parseChatCompletion({
    messages,
    max_tokens: 9,
    max_completion_tokens: 5,
    min_tokens: 2,
    min_completion_tokens: 2,
  });
  assert.deepEqual(request, { messages, max_completion_tokens: 5, min_completion_tokens: 2 });
  assert.deepEqual(
    changes.map(({ name, change, sent, used }) => [name, change, sent, used]),
    [['max_tokens', 'translated', 9, 5]],
  );
  assert.match(changes[0]?.detail ?? '', /max_completion_tokens: 5 .*max_tokens: 9/);
});

test('the body is not changed', () => {
  const body = Object.freeze({ messages, max_tokens: 9, max_completion_tokens: 5, user: null });
  parseChatCompletion(body);
  assert.equal(body.max_tokens, 9);
});

test('legacy completions', () => {
  for (const prompt of ['', 'a', ['a', 'b'], [1, 2], [[1], [2, 3]]]) {
    assert.deepEqual(parseCompletion({ prompt }).request, { prompt });
  }
  const rest = {
    suffix: 'z',
    best_of: 3,
    n: 2,
    echo: true,
    logprobs: 5,
    max_tokens: 1,
    temperature: 0,
    stop: 'a',
  };
  assert.deepEqual(parseCompletion({ prompt: 'a', ...rest, x: 1 }), {
    request: { prompt: 'a', ...rest },
    unknown: { x: 1 },
    unknownPaths: [],
    changes: [],
    lenient: false,
  });
});

test('tokenize and detokenize', () => {
  assert.deepEqual(parseTokenize({ prompt: '', return_token_strs: true }).request, {
    prompt: '',
    return_token_strs: true,
  });
  const chat = { model: 'm', messages, tools: [{ function: { name: 'f' } }], add_generation_prompt: false };
  assert.deepEqual(parseTokenize(chat).request, chat);
  assert.deepEqual(parseDetokenize({ model: 'm', tokens: [] }).request, { model: 'm', tokens: [] });
});

test('seeds are 64-bit values', () => {
  assert.equal(seedToUint64(42), 42n);
  assert.equal(seedToUint64(-1), 2n ** 64n - 1n);
  assert.equal(seedToUint64('18446744073709551617'), 1n);
  assert.equal(seedToUint64(1e300), BigInt.asUintN(64, BigInt(1e300)));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Accumulator } from './accumulate.ts';
import { answer, chunk, USAGE } from './server.test.support.ts';

/** Adds chunks with their JSON, so that repeated ones take the short way, and without, so that none does. */
function accumulate(chunks: readonly object[]) {
  const results = [true, false].map((withJson) => {
    const accumulator = new Accumulator();
    for (const each of chunks) {
      const json = JSON.stringify(each);
      accumulator.add(JSON.parse(json), withJson ? json : '');
    }
    return accumulator;
  });
  const [short, long] = results;
  assert.deepEqual(short?.completion, long?.completion, 'the short way leads elsewhere');
  assert.ok(short);
  return short;
}

function message(chunks: readonly object[]) {
  return accumulate(chunks).completion.choices[0]?.message;
}

test('texts are joined, and the rest is there once', () => {
  const { completion, finished } = accumulate(answer('Hel', 'lo', ' "wor', 'ld"\n', '\\', '!'));
  assert.ok(finished);
  assert.deepEqual(completion, {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    usage: USAGE,
    choices: [
      {
        index: 0,
        finish_reason: 'stop',
        logprobs: null,
        message: { role: 'assistant', content: 'Hello "world"\n\\!', refusal: null },
      },
    ],
  });
});

test('text that looks like JSON, and every escape, comes through', () => {
  const texts = [
    '"},"x":{"',
    '\\"',
    '}]}',
    '{"choices":[{"delta":{"content":"',
    '\u0000\u001f',
    '😀',
    '"',
    '',
  ];
  assert.equal(message(texts.map((content) => chunk({ content })))?.content, texts.join(''));
});

test('both names of the reasoning, refusals and unknown texts are joined', () => {
  const deltas = [
    { reasoning: 'a', reasoning_content: 'x' },
    { reasoning: 'b', reasoning_content: 'y' },
    { reasoning: 'c' },
    { reasoning: 'd' },
    { refusal: 'no' },
    { refusal: 'pe' },
    { whisper: 'p' },
    { whisper: 'st' },
    { mood: 1 },
    { mood: 2 },
    { nested: { text: 'a', list: [1] } },
    { nested: { text: 'b', list: [2], more: true } },
  ];
  assert.deepEqual(message(deltas.map((delta) => chunk(delta))), {
    role: 'assistant',
    content: null,
    reasoning: 'abcd',
    reasoning_content: 'xy',
    refusal: 'nope',
    whisper: 'pst',
    mood: 2,
    nested: { text: 'ab', list: [1, 2], more: true },
  });
});

test('unknown fields of the answer and of a choice are kept, the last value counts', () => {
  const { completion } = accumulate([
    chunk(
      { content: 'a' },
      { kind: 'x', provider: null },
      { provider: 'P', note: 'first', service_tier: null },
    ),
    chunk({ content: 'a' }, { kind: 'y' }, { provider: 'P', citations: ['u'], service_tier: 'auto' }),
    chunk({ content: 'a' }, { kind: 'y' }, { provider: 'P', citations: ['u'], obfuscation: 'xxxx' }),
  ]);
  assert.equal(completion.choices[0]?.message?.content, 'aaa');
  const { provider, note, citations, service_tier, obfuscation } = completion;
  assert.deepEqual(
    { provider, note, citations, service_tier, obfuscation, kind: completion.choices[0]?.kind },
    {
      provider: 'P',
      note: 'first',
      citations: ['u'],
      service_tier: 'auto',
      obfuscation: undefined,
      kind: 'y',
    },
  );
});

test('a field that only one chunk in the middle has is kept, and one that changes back is followed', () => {
  const { completion } = accumulate([
    chunk({ content: 'a' }, {}, { fingerprint: '1' }),
    chunk({ content: 'b' }, {}, { fingerprint: '2', once: true }),
    chunk({ content: 'c' }, {}, { fingerprint: '1' }),
    chunk({ content: 'd' }, {}, { fingerprint: '1' }),
  ]);
  const { fingerprint, once } = completion;
  assert.deepEqual([fingerprint, once, completion.choices[0]?.message?.content], ['1', true, 'abcd']);
});

test('log probabilities and token ids are appended, though two tokens are alike', () => {
  const token = { token: 'ha', logprob: -1, bytes: [104, 97], top_logprobs: [] };
  const one = chunk({ content: 'ha' }, { logprobs: { content: [token], refusal: null }, token_ids: [7] });
  const { completion } = accumulate([one, one, one]);
  const choice = completion.choices[0];
  assert.equal(choice?.message?.content, 'hahaha');
  assert.deepEqual(choice?.logprobs, { content: [token, token, token], refusal: null });
  assert.deepEqual(choice?.token_ids, [7, 7, 7]);
});

test('choices that come mixed are told apart and put in order', () => {
  const { completion, finished } = accumulate([
    chunk({ content: 'b1' }, { index: 1 }),
    chunk({ content: 'a1' }),
    chunk({ content: 'b2' }, { index: 1 }),
    chunk({ content: 'a2' }),
    chunk({ content: 'a3' }),
    chunk({}, { finish_reason: 'stop' }),
  ]);
  assert.deepEqual(
    completion.choices.map(({ index, message }) => [index, message?.content]),
    [
      [0, 'a1a2a3'],
      [1, 'b1b2'],
    ],
  );
  assert.equal(finished, false, 'choice 1 has no finish_reason');
});

const call = (index: number | undefined, id: string | undefined, name?: string, text?: string) =>
  chunk({ tool_calls: [{ index, id, type: id && 'function', function: { name, arguments: text } }] });

test('parallel tool calls, also where they come side by side', () => {
  const chunks = [
    call(0, 'c0', 'f', ''),
    call(1, 'c1', 'g', '{'),
    call(0, undefined, undefined, '{"a"'),
    call(1, undefined, undefined, '}'),
    call(0, undefined, undefined, ':1}'),
  ];
  assert.deepEqual(message(chunks)?.tool_calls, [
    { id: 'c0', type: 'function', function: { name: 'f', arguments: '{"a":1}' } },
    { id: 'c1', type: 'function', function: { name: 'g', arguments: '{}' } },
  ]);
});

test('tool calls of servers that number all alike, or none, or repeat the name', () => {
  const alike = [call(0, 'c0', 'f', '{}'), call(0, 'c1', 'g', '{'), call(0, 'c1', 'g', '}')];
  const unnumbered = [
    call(undefined, 'c0', 'f', '{}'),
    call(undefined, 'c1', 'g', '{'),
    call(undefined, '', '', '}'),
  ];
  for (const chunks of [alike, unnumbered]) {
    assert.deepEqual(message(chunks)?.tool_calls, [
      { id: 'c0', type: 'function', function: { name: 'f', arguments: '{}' } },
      { id: 'c1', type: 'function', function: { name: 'g', arguments: '{}' } },
    ]);
  }
});

test('custom tools, and the older function_call', () => {
  const custom = (more: object) => chunk({ tool_calls: [{ index: 0, ...more }] });
  const chunks = [
    custom({ id: 'c', type: 'custom', custom: { name: 'sql', input: 'SEL' } }),
    custom({ custom: { input: 'ECT' } }),
  ];
  assert.deepEqual(message(chunks)?.tool_calls, [
    { id: 'c', type: 'custom', custom: { name: 'sql', input: 'SELECT' } },
  ]);
  const older = [
    chunk({ function_call: { name: 'f', arguments: '{' } }),
    chunk({ function_call: { arguments: '}' } }),
  ];
  assert.deepEqual(message(older)?.function_call, { name: 'f', arguments: '{}' });
});

test('older completions: texts and the parallel lists of their log probabilities', () => {
  const part = (text: string, more: object = {}) => ({
    object: 'text_completion',
    choices: [
      { index: 0, text, logprobs: { tokens: [text], text_offset: [0] }, finish_reason: null, ...more },
    ],
  });
  const { completion, finished } = accumulate([
    part('a'),
    part('b'),
    part('b'),
    part('', { finish_reason: 'stop' }),
  ]);
  assert.ok(finished);
  assert.deepEqual(completion.choices[0], {
    index: 0,
    text: 'abb',
    logprobs: { tokens: ['a', 'b', 'b', ''], text_offset: [0, 0, 0, 0] },
    finish_reason: 'stop',
  });
});

test('a text beside the delta is joined too', () => {
  const both = chunk({ content: 'x' }, { text: 'x' });
  const choice = accumulate([both, both, both]).completion.choices[0];
  assert.deepEqual([choice?.text, choice?.message?.content], ['xxx', 'xxx']);
});

test('hostile keys and shapes do no harm', () => {
  const hostile = [
    '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"choices":[{"index":0,"__proto__":{"p":1},' +
      '"delta":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"content":"a"}}]}',
    '{"choices":null}',
    '{"choices":[null,1,"x",[]]}',
    '{"choices":[{"delta":null},{"index":"x","delta":[]}]}',
    '{"choices":[{"delta":{"tool_calls":[null,1,{"index":0,"function":null}]}}]}',
    '{}',
  ];
  const accumulator = new Accumulator();
  for (const json of hostile) accumulator.add(JSON.parse(json), json);
  assert.equal(accumulator.completion.choices[0]?.message?.content, 'a');
  assert.equal('polluted' in {}, false);
  assert.equal('p' in accumulator.completion.choices[0], false);
});

test('chunks stay as they were given', () => {
  const first = chunk({ content: 'a' }, { logprobs: { content: [1], refusal: null } });
  const copy = structuredClone(first);
  const accumulator = new Accumulator();
  accumulator.add({ ...first }, '');
  accumulator.add({ ...first }, '');
  assert.deepEqual(first, copy);
});

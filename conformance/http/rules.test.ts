import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkChatCompletion } from '../shapes/chat.ts';
import { checkErrorBody } from '../shapes/error.ts';
import { readChatStream } from './chat-stream.ts';

// The suite finds no fault in a server without faults. Here are streams with one fault each.

const shared = {
  id: 'a',
  created: 1_700_000_000,
  model: 'm',
  system_fingerprint: 'f',
  object: 'chat.completion.chunk',
};
const usage = {
  prompt_tokens: 3,
  completion_tokens: 2,
  total_tokens: 5,
  prompt_tokens_details: { cached_tokens: 0 },
};
const time_info = {
  queue_time: 0,
  prompt_time: 0,
  completion_time: 0,
  total_time: 0,
  created: 1_700_000_000,
};
type Chunk = Record<string, unknown> & { choices: Record<string, unknown>[] };

const chunk = (delta: object, more: object = {}): Chunk => ({
  ...shared,
  choices: [{ index: 0, delta, logprobs: null, finish_reason: null, ...more }],
});
const role = chunk({ role: 'assistant', content: '' });
const end = { ...chunk({}, { finish_reason: 'stop' }), usage, time_info };
const GOOD = [role, chunk({ content: 'a' }), chunk({ content: 'b' }), end];

const textOf = (chunks: readonly unknown[]) =>
  [...chunks.map((each) => JSON.stringify(each)), '[DONE]'].map((data) => `data: ${data}\n\n`).join('');

function read(text: string, stream_options?: object) {
  const headers = new Headers({ 'content-type': 'text/event-stream; charset=utf-8' });
  return readChatStream({ headers, text }, { stream_options });
}

test('a stream without a fault', () => {
  const { choices } = read(textOf(GOOD));
  assert.deepEqual([choices[0]?.content, choices[0]?.finishReason], ['ab', 'stop']);
});

const [, a = role, b = role] = GOOD;
const twoNames = { reasoning: 'x', reasoning_content: 'x' };
const call = { index: 0, id: 'c', type: 'function', function: { name: 'f', arguments: '' } };
const FAULTS: Readonly<Record<string, readonly unknown[]>> = {
  'no role': [a, b, end],
  'the role twice': [role, role, a, end],
  'no end': [role, a, b],
  'two ends': [role, a, end, end],
  'text after the end': [role, a, chunk({}, { finish_reason: 'stop' }), { ...b, usage, time_info }],
  'text beside the end': [
    role,
    a,
    { ...chunk({ content: 'b' }, { finish_reason: 'stop' }), usage, time_info },
  ],
  'reasoning beside text': [role, chunk({ content: 'a', ...twoNames }), end],
  'reasoning under one name': [role, chunk({ reasoning: 'x' }), end],
  'another id': [role, { ...a, id: 'b' }, end],
  'another time': [role, { ...a, created: 1_700_000_001 }, end],
  'another model': [role, { ...a, model: 'n' }, end],
  'another fingerprint': [role, { ...a, system_fingerprint: undefined }, end],
  'half a character': [role, chunk({ content: '\ud83d' }), end],
  'a field that nobody documents': [role, { ...a, extra: 1 }, end],
  'a field of the delta that nobody documents': [role, chunk({ content: 'a', extra: 1 }), end],
  'a finish_reason that nobody knows': [role, { ...chunk({}, { finish_reason: 'eos' }), usage, time_info }],
  'no usage': [role, a, { ...end, usage: undefined }],
  'a usage that does not add up': [role, a, { ...end, usage: { ...usage, total_tokens: 6 } }],
  'usage without cached_tokens': [role, a, { ...end, usage: { ...usage, prompt_tokens_details: undefined } }],
  'usage too early': [role, { ...a, usage }, end],
  'no timing': [role, a, { ...end, time_info: undefined }],
  'choices that begin with the second': [role, a, end].map((each) => ({
    ...each,
    choices: each.choices.map((choice) => ({ ...choice, index: 1 })),
  })),
  'events after a failure': [
    role,
    { error: { message: 'm', type: 't', param: null, code: null }, status_code: 500 },
    end,
  ],
  'a call that begins twice': [role, chunk({ tool_calls: [call] }), chunk({ tool_calls: [call] }), end],
  'a call without a beginning': [
    role,
    chunk({ tool_calls: [{ index: 0, function: { arguments: '{}' } }] }),
    end,
  ],
  'a call that leaves out an index': [role, chunk({ tool_calls: [{ ...call, index: 1 }] }), end],
};

for (const [name, chunks] of Object.entries(FAULTS)) {
  test(`a fault is seen: ${name}`, () => assert.throws(() => read(textOf(chunks)), assert.AssertionError));
}

const good = textOf(GOOD);
const TEXTS: Readonly<Record<string, string>> = {
  'no [DONE]': good.replace('data: [DONE]\n\n', ''),
  '[DONE] twice': `${good}data: [DONE]\n\n`,
  'no empty line at the end': good.slice(0, -1),
  'carriage returns': good.replaceAll('\n', '\r\n'),
  'events with a name': good.replaceAll('data: {', 'event: chunk\ndata: {'),
  'data without a space': good.replaceAll('data: ', 'data:'),
};

for (const [name, text] of Object.entries(TEXTS)) {
  test(`a fault of the format is seen: ${name}`, () =>
    assert.throws(() => read(text), assert.AssertionError));
}

test('usage that is not where stream_options put it', () => {
  const sums = { ...shared, choices: [], usage, time_info };
  const nulls = [role, a, chunk({}, { finish_reason: 'stop' })].map((each) => ({ ...each, usage: null }));
  read(textOf([...nulls, sums]), { include_usage: true });
  const counted = (each: object, completion: number) => ({
    ...each,
    usage: { ...usage, completion_tokens: completion, total_tokens: 3 + completion },
  });
  const rising = [counted(role, 0), counted(a, 0), counted(b, 1), { ...end, ...counted({}, 2) }];
  read(textOf(rising), { continuous_usage_stats: true });
  const resting = [counted(role, 0), counted(a, 1), counted(b, 1), { ...end, ...counted({}, 2) }];
  const falling = [counted(role, 0), counted(a, 2), counted(b, 1), { ...end, ...counted({}, 3) }];
  for (const [chunks, options] of [
    [GOOD, { include_usage: true }],
    [GOOD, { include_usage: false }],
    [GOOD, { continuous_usage_stats: true }],
    [[...nulls, sums], {}],
    [resting, { continuous_usage_stats: true }],
    [falling, { continuous_usage_stats: true }],
  ] as const) {
    assert.throws(() => read(textOf(chunks), options), assert.AssertionError, JSON.stringify(options));
  }
});

test('answers and errors are closed', () => {
  const message = { role: 'assistant', content: 'a', refusal: null };
  const choice = { index: 0, message, finish_reason: 'stop', logprobs: null };
  const answer = { ...shared, object: 'chat.completion', choices: [choice], usage };
  checkChatCompletion(answer);
  const faulty = [
    { ...answer, extra: 1 },
    { ...answer, choices: [] },
    { ...answer, choices: [{ ...choice, extra: 1 }] },
    { ...answer, choices: [{ ...choice, finish_reason: null }] },
    { ...answer, choices: [{ ...choice, logprobs: undefined }] },
    { ...answer, choices: [{ ...choice, message: { ...message, refusal: undefined } }] },
    { ...answer, usage: undefined },
  ];
  for (const each of faulty) {
    assert.throws(() => checkChatCompletion(JSON.parse(JSON.stringify(each))), assert.AssertionError);
  }
  const error = { message: 'm', type: 't', param: null, code: null };
  checkErrorBody({ error });
  for (const each of [{ error: { ...error, code: undefined } }, { error, status: 400 }, { error: 'm' }]) {
    assert.throws(() => checkErrorBody(JSON.parse(JSON.stringify(each))), assert.AssertionError);
  }
});

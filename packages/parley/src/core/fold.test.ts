import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '@parley/protocol';
import type { ChatEvent } from './event.ts';
import { fold } from './fold.ts';

const start: ChatEvent = { type: 'start', id: 'a', model: 'm', created: 1, systemFingerprint: 'fp_0' };
const usage = { promptTokens: 3, cachedTokens: 1, completionTokens: 4, reasoningTokens: 0 };
const timing = { queueSeconds: 0, promptSeconds: 0.1, completionSeconds: 0.2, totalSeconds: 0.3 };
const tail: ChatEvent[] = [
  { type: 'usage', usage, final: true },
  { type: 'timing', timing },
];
const end = (choice: number): ChatEvent => ({ type: 'choice-end', choice, reason: 'stop', tokenCount: 1 });

async function* from(...events: ChatEvent[]): AsyncIterable<ChatEvent> {
  yield* events;
}

const token = (text: string) => ({ id: 1, bytes: new TextEncoder().encode(text), logprob: -0.5, top: [] });

test('choices that come mixed are told apart and sorted', async () => {
  const folded = await fold(
    from(
      start,
      { type: 'text-delta', choice: 1, text: 'B', tokenCount: 1, tokens: [token('B')] },
      { type: 'reasoning-delta', choice: 0, text: 'hm', tokenCount: 1 },
      { type: 'text-delta', choice: 0, text: 'A', tokenCount: 1 },
      { type: 'text-delta', choice: 1, text: 'b', tokenCount: 1, tokens: [token('b')] },
      { type: 'choice-end', choice: 1, reason: 'stop', stop: '\n', tokenCount: 1 },
      { type: 'usage', usage: { ...usage, completionTokens: 2 }, final: false },
      end(0),
      ...tail,
    ),
  );
  assert.deepEqual(
    folded.choices.map(({ index, text, reasoning, stop }) => ({ index, text, reasoning, stop })),
    [
      { index: 0, text: 'A', reasoning: 'hm', stop: undefined },
      { index: 1, text: 'Bb', reasoning: '', stop: '\n' },
    ],
  );
  assert.equal(folded.choices[0]?.tokens, undefined);
  assert.equal(folded.choices[1]?.tokens?.length, 2);
  assert.deepEqual(folded.usage, usage);
  assert.deepEqual(folded.timing, timing);
});

test('token ids of every event of a choice are put together, and each choice keeps its prompt', async () => {
  const { choices } = await fold(
    from(
      start,
      { type: 'choice-prompt', choice: 0, echo: 'x', promptTokenIds: [9] },
      { type: 'reasoning-delta', choice: 0, text: 'hm', tokenCount: 1, tokenIds: [1] },
      { type: 'text-delta', choice: 0, text: 'A', tokenCount: 2, tokenIds: [2, 3] },
      { type: 'choice-end', choice: 0, reason: 'stop', tokenCount: 1, tokenIds: [4] },
      end(1),
      ...tail,
    ),
  );
  assert.deepEqual(choices[0]?.tokenIds, [1, 2, 3, 4]);
  assert.deepEqual([choices[0]?.prompt?.echo, choices[0]?.prompt?.promptTokenIds], ['x', [9]]);
  assert.deepEqual([choices[1]?.tokenIds, choices[1]?.prompt], [undefined, undefined]);
});

test('interleaved tool calls and a refusal are put together', async () => {
  const call = (index: number, text: string): ChatEvent => ({
    type: 'tool-call-delta',
    choice: 0,
    index,
    arguments: text,
    tokenCount: 1,
  });
  const { choices } = await fold(
    from(
      start,
      { type: 'tool-call-start', choice: 0, index: 0, id: 'c0', kind: 'function', name: 'f', tokenCount: 1 },
      call(0, '{"a"'),
      { type: 'tool-call-start', choice: 0, index: 1, id: 'c1', kind: 'custom', name: 'g', tokenCount: 1 },
      call(1, 'x'),
      call(0, ':1}'),
      { type: 'refusal-delta', choice: 0, text: 'no' },
      { type: 'choice-end', choice: 0, reason: 'tool_calls', tokenCount: 0 },
      ...tail,
    ),
  );
  assert.deepEqual(choices[0]?.toolCalls, [
    { id: 'c0', kind: 'function', name: 'f', arguments: '{"a":1}' },
    { id: 'c1', kind: 'custom', name: 'g', arguments: 'x' },
  ]);
  assert.equal(choices[0]?.refusal, 'no');
});

test('an answer without its end is a fault, never a success', async () => {
  const text: ChatEvent = { type: 'text-delta', choice: 0, text: 'A', tokenCount: 1 };
  const broken = [
    [start, text, ...tail],
    [text, end(0), ...tail],
    [start, text, end(0)],
    [start, ...tail],
    [],
  ];
  for (const events of broken) {
    await assert.rejects(fold(from(...events)), (error) => error instanceof ApiError && error.status === 500);
  }
});

test('the error of the source comes out unchanged', async () => {
  const failure = new Error('boom');
  async function* failing(): AsyncIterable<ChatEvent> {
    yield start;
    throw failure;
  }
  await assert.rejects(fold(failing()), failure);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChatStream } from './chat-stream.ts';
import { Parley } from './client.ts';
import { collect } from './collect.test.support.ts';
import { AbortError, BadRequestError, StreamInterruptedError } from './errors.ts';
import type { StreamEvent } from './events.ts';
import {
  answer,
  chunk,
  completion,
  failing,
  messages,
  ScriptedServer,
  sse,
  USAGE,
} from './server.test.support.ts';
import { Stream } from './stream.ts';
import type { ChatCompletionChunk } from './wire/chat-answer.ts';

function open(server: ScriptedServer): ChatStream {
  return new Parley({ baseURL: server.baseURL, maxRetries: 0 }).chat.stream({ messages });
}

/** Events but for those that repeat a chunk. */
const without = (events: readonly StreamEvent[]) => events.filter(({ type }) => type !== 'chunk');

test('text, usage and the whole answer; usage is asked for', async () => {
  await using server = await ScriptedServer.start(sse(answer('Hel', 'lo!')));
  const stream = open(server);
  const events = await collect(stream);
  const message = { role: 'assistant', content: 'Hello!', refusal: null } as const;
  assert.deepEqual(without(events), [
    { type: 'text-delta', choice: 0, text: 'Hel', snapshot: 'Hel' },
    { type: 'text-delta', choice: 0, text: 'lo!', snapshot: 'Hello!' },
    { type: 'choice-end', choice: 0, reason: 'stop', message },
    { type: 'usage', usage: USAGE },
    { type: 'end', completion: completion('Hello!') },
  ]);
  assert.deepEqual(
    events.flatMap((event) => (event.type === 'chunk' ? [event.chunk] : [])),
    answer('Hel', 'lo!'),
  );
  assert.deepEqual(await stream.final(), completion('Hello!'));
  assert.equal((await stream.final()).requestId, 'req-stream');
  assert.equal(await stream.text(), 'Hello!');
  assert.deepEqual(server.seen[0]?.body, { messages, stream: true, stream_options: { include_usage: true } });
});

test('stream_options of the caller go before', async () => {
  await using server = await ScriptedServer.start(sse(answer('a')));
  const client = new Parley({ baseURL: server.baseURL });
  await client.chat.stream({ messages, stream_options: { include_usage: false } }).final();
  assert.deepEqual(server.seen[0]?.body, {
    messages,
    stream: true,
    stream_options: { include_usage: false },
  });
});

test('reasoning under both names, refusals, log probabilities and tool calls have events', async () => {
  const logprobs = { content: [], refusal: null };
  const call = (index: number, more: object) => chunk({ tool_calls: [{ index, ...more }] });
  await using server = await ScriptedServer.start(
    sse([
      chunk({ role: 'assistant', content: null }),
      chunk({ reasoning: 'a' }),
      chunk({ reasoning_content: 'x' }),
      chunk({ reasoning: 'b', reasoning_content: 'b' }),
      chunk({ refusal: 'no' }),
      chunk({}, { logprobs }),
      call(0, { id: 'c0', type: 'function', function: { name: 'f', arguments: '{' } }),
      call(1, { id: 'c1', type: 'function', function: { name: 'g', arguments: '' } }),
      call(0, { function: { arguments: '}' } }),
      chunk({}, { finish_reason: 'tool_calls' }),
    ]),
  );
  const events = without(await collect(open(server)));
  const calls = [
    { id: 'c0', type: 'function', function: { name: 'f', arguments: '{}' } },
    { id: 'c1', type: 'function', function: { name: 'g', arguments: '' } },
  ];
  assert.deepEqual(events.slice(0, -2), [
    { type: 'reasoning-delta', choice: 0, text: 'a', snapshot: 'a' },
    { type: 'reasoning-delta', choice: 0, text: 'x', snapshot: 'x' },
    { type: 'reasoning-delta', choice: 0, text: 'b', snapshot: 'ab' },
    { type: 'refusal-delta', choice: 0, text: 'no', snapshot: 'no' },
    { type: 'logprobs', choice: 0, logprobs },
    { type: 'tool-call-start', choice: 0, index: 0, id: 'c0', name: 'f' },
    { type: 'tool-call-delta', choice: 0, index: 0, arguments: '{', snapshot: '{' },
    { type: 'tool-call-start', choice: 0, index: 1, id: 'c1', name: 'g' },
    { type: 'tool-call-delta', choice: 0, index: 0, arguments: '}', snapshot: '{}' },
    { type: 'tool-call-end', choice: 0, index: 0, call: calls[0] },
    { type: 'tool-call-end', choice: 0, index: 1, call: calls[1] },
  ]);
  assert.equal(events.at(-2)?.type, 'choice-end');
});

test('the result can be waited for inside the loop, and listeners hear everything', async () => {
  await using server = await ScriptedServer.start(sse(answer('a', 'b', 'c')));
  const stream = open(server);
  const heard: string[] = [];
  stream
    .on('text-delta', ({ text }) => heard.push(text))
    .on('end', ({ completion }) => heard.push(completion.id));
  const seen: string[] = [];
  for await (const event of stream) {
    if (event.type !== 'text-delta') continue;
    seen.push(event.text);
    assert.equal(await stream.text(), 'abc');
  }
  assert.deepEqual(
    [seen, heard],
    [
      ['a', 'b', 'c'],
      ['a', 'b', 'c', 'chatcmpl-1'],
    ],
  );
});

test('two readers each see everything; the call ends when both have left', async () => {
  await using server = await ScriptedServer.start(
    sse(answer('a', 'b')),
    sse(answer('a').slice(0, 2), 'hang'),
  );
  const [left, right] = open(server).tee();
  assert.deepEqual(await collect(left), await collect(right));
  const endless = open(server);
  const [one, two] = endless.tee();
  await one.next();
  await one.return?.();
  assert.equal((await two.next()).done, false);
  await two.return?.();
  await server.idle();
  await assert.rejects(endless.final(), AbortError);
});

test('failures: before the first event, and in the middle', async () => {
  await using server = await ScriptedServer.start(failing(400), sse(answer('Hello').slice(0, 2), 'silent'));
  const refused = open(server);
  await assert.rejects(refused.final(), BadRequestError);
  await assert.rejects(refused.text(), BadRequestError);
  const broken = open(server);
  const unfinished = (error: unknown) =>
    error instanceof StreamInterruptedError && error.partial.choices[0]?.message?.content === 'Hello';
  await assert.rejects(collect(broken), unfinished);
  await assert.rejects(broken.final(), unfinished);
});

test('a failure that nobody waits for is no unhandled rejection', async () => {
  await using server = await ScriptedServer.start(failing(400));
  const unhandled: unknown[] = [];
  const listen = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', listen);
  open(server);
  while (server.seen.length < 1) await new Promise(setImmediate);
  await new Promise((resolve) => setTimeout(resolve, 30));
  process.off('unhandledRejection', listen);
  assert.deepEqual(unhandled, []);
});

test('close() ends the call, before its head too', async () => {
  await using server = await ScriptedServer.start(() => {}, sse(answer('a').slice(0, 1), 'hang'));
  for (const calls of [1, 2]) {
    await using stream = open(server);
    const final = stream.final();
    while (server.seen.length < calls) await new Promise(setImmediate);
    await stream.close();
    await assert.rejects(final, AbortError);
    await server.idle();
  }
});

test('through a readable stream to the other end', async () => {
  await using server = await ScriptedServer.start(sse(answer('Hel', 'lo')));
  const there = new Stream<ChatCompletionChunk>(open(server).toReadableStream());
  const stream = new ChatStream(there);
  assert.equal(await stream.text(), 'Hello');
  assert.deepEqual(await stream.final(), completion('Hello'));
});

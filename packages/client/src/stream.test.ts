import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collect } from './collect.test.support.ts';
import { ParleyCore } from './core.ts';
import {
  AbortError,
  ApiError,
  ConnectionError,
  type ParleyError,
  ProtocolError,
  RateLimitError,
  StreamInterruptedError,
  TimeoutError,
} from './errors.ts';
import { tee } from './fork.ts';
import type { RequestOptions } from './options.ts';
import { toReadableStream } from './readable.ts';
import { answer, chunk, type Ending, messages, ScriptedServer, sse } from './server.test.support.ts';
import { Stream } from './stream.ts';
import type { ChatCompletionChunk } from './wire/chat-answer.ts';

const start = [
  chunk({ role: 'assistant', content: '' }),
  chunk({ content: 'Hel' }),
  chunk({ content: 'lo' }),
];

function open(server: ScriptedServer, options: RequestOptions = {}) {
  const client = new ParleyCore({ baseURL: server.baseURL, apiKey: 'k', maxRetries: 0 });
  return client.chat.completions.create({ messages, stream: true }, options);
}

/** Text and failure of a stream that is read to its end. */
async function read(stream: AsyncIterable<ChatCompletionChunk>): Promise<{ text: string; error: unknown }> {
  let text = '';
  try {
    for await (const { choices } of stream) text += choices[0]?.delta.content ?? '';
    return { text, error: undefined };
  } catch (error) {
    return { text, error };
  }
}

test('chunks come one by one, as they are on the wire', async () => {
  const chunks = answer('Hel', 'lo');
  await using server = await ScriptedServer.start(sse(chunks));
  const stream = await open(server);
  assert.equal(stream.requestId, 'req-stream');
  assert.deepEqual(await collect(stream), chunks);
  assert.equal(server.seen[0]?.headers.accept, 'text/event-stream');
  assert.deepEqual(server.seen[0]?.body, { messages, stream: true });
});

test('an end without [DONE] is an end, if all choices have ended', async () => {
  await using server = await ScriptedServer.start(sse(answer('Hello'), 'silent'));
  assert.deepEqual(await read(await open(server)), { text: 'Hello', error: undefined });
});

test('a connection is used again after a stream', async () => {
  await using server = await ScriptedServer.start(sse(answer('Hello')));
  for (let i = 0; i < 3; i++) {
    assert.equal((await read(await open(server))).text, 'Hello');
    // What comes after the last event is read meanwhile.
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.equal(server.connections, 1);
});

test('a server that holds the connection after [DONE] keeps nobody waiting', async () => {
  await using server = await ScriptedServer.start(sse([...answer('Hello'), 'data: [DONE]\n\n'], 'hang'));
  assert.deepEqual(await read(await open(server)), { text: 'Hello', error: undefined });
  await server.idle();
});

test('several next() at once get different chunks, in order', async () => {
  const chunks = answer('a', 'b', 'c');
  await using server = await ScriptedServer.start(sse(chunks));
  const stream = await open(server);
  const results = await Promise.all(Array.from({ length: 7 }, () => stream.next()));
  assert.deepEqual(
    results.map(({ value }) => value),
    [...chunks, undefined, undefined],
  );
});

interface Fault {
  readonly events: readonly (object | string)[];
  readonly ending: Ending;
  readonly reason: StreamInterruptedError['reason'];
  readonly cause?: new (...args: never[]) => ParleyError;
  readonly timeout?: RequestOptions['timeout'];
}

const failure = { error: { message: 'too hot', type: 'server_error', code: 'heat', param: null } };
const FAULTS: Readonly<Record<string, Fault>> = {
  'a stall': { events: start, ending: 'hang', reason: 'stalled', cause: TimeoutError, timeout: { idle: 50 } },
  'keep-alive comments in a stall': {
    events: [...start, ...Array.from({ length: 40 }, () => ': keep-alive\n\n')],
    ending: 'hang',
    reason: 'stalled',
    cause: TimeoutError,
    timeout: { idle: 50 },
  },
  'the total limit': { events: start, ending: 'hang', reason: 'timeout', cause: TimeoutError, timeout: 60 },
  'a cut': { events: start, ending: 'cut', reason: 'cut', cause: ConnectionError },
  'an end in order without finish_reason': { events: start, ending: 'silent', reason: 'unfinished' },
  '[DONE] without finish_reason': { events: start, ending: 'done', reason: 'unfinished' },
  'an error event': {
    events: [...start, { ...failure, status_code: 503 }],
    ending: 'done',
    reason: 'failed',
    cause: ApiError,
  },
  'an event named error': {
    events: [...start, `event: error\ndata: ${JSON.stringify(failure.error)}\n\n`],
    ending: 'done',
    reason: 'failed',
    cause: ApiError,
  },
  'an event that is no JSON': {
    events: [...start, 'data: {"id":\n\n'],
    ending: 'done',
    reason: 'malformed',
    cause: ProtocolError,
  },
  'an event that is no object': {
    events: [...start, 'data: 7\n\n'],
    ending: 'done',
    reason: 'malformed',
    cause: ProtocolError,
  },
};

for (const [name, { events, ending, reason, cause, timeout }] of Object.entries(FAULTS)) {
  test(`${name}: a typed error with the partial message`, async () => {
    await using server = await ScriptedServer.start(sse(events, ending));
    const { text, error } = await read(await open(server, { timeout }));
    assert.equal(text, 'Hello');
    assert.ok(error instanceof StreamInterruptedError, String(error));
    assert.equal(error.reason, reason);
    assert.equal(error.requestId, 'req-stream');
    assert.equal(error.partial.choices[0]?.message?.content, 'Hello');
    assert.equal(error.partial.choices[0]?.finish_reason, null);
    if (cause) assert.ok(error.cause instanceof cause, String(error.cause));
    else assert.equal(error.cause, undefined);
    await server.idle();
  });
}

test('the cause of an error event has its status, whatever the server calls it', async () => {
  const events: [object, number][] = [
    [{ ...failure, status_code: 503 }, 503],
    [{ error: { message: 'm', code: 429 } }, 429],
    [{ error: { message: 'm', type: 'rate_limit_error', code: null } }, 429],
    [{ error: { message: 'm', type: 'invalid_request_error', code: 'x' } }, 400],
    [{ error: 'text' }, 500],
  ];
  for (const [event, status] of events) {
    await using server = await ScriptedServer.start(sse([...start, event]));
    const { error } = await read(await open(server));
    const cause = error instanceof StreamInterruptedError ? error.cause : undefined;
    assert.ok(cause instanceof ApiError, String(error));
    assert.equal(cause.status, status);
    assert.equal(cause instanceof RateLimitError, status === 429);
  }
});

test('a choice among several that has not ended is noticed', async () => {
  const events = [
    chunk({ content: 'a' }),
    chunk({ content: 'b' }, { index: 1 }),
    chunk({}, { finish_reason: 'stop' }),
  ];
  await using server = await ScriptedServer.start(sse(events));
  const { error } = await read(await open(server));
  assert.ok(error instanceof StreamInterruptedError && error.reason === 'unfinished');
});

test('a slow reader is no stall', async () => {
  await using server = await ScriptedServer.start(sse(answer('a', 'b')));
  const stream = await open(server, { timeout: { idle: 30 } });
  await stream.next();
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal((await read(stream)).error, undefined);
});

test('leaving the loop early ends the call', async () => {
  await using server = await ScriptedServer.start(sse(start, 'hang'));
  const stream = await open(server);
  for await (const _ of stream) break;
  await server.idle();
  assert.deepEqual(await stream.next(), { done: true, value: undefined });
});

test('close() while somebody waits, and a signal, end with an AbortError and the partial message', async () => {
  for (const way of ['close', 'signal']) {
    await using server = await ScriptedServer.start(sse(start, 'hang'));
    const controller = new AbortController();
    const stream = await open(server, { signal: controller.signal });
    const reading = read(stream);
    while (stream.partial.choices[0]?.message?.content !== 'Hello') await new Promise(setImmediate);
    if (way === 'close') stream.close();
    else controller.abort(new Error('enough'));
    const { text, error } = await reading;
    assert.equal(text, 'Hello');
    assert.ok(error instanceof AbortError, String(error));
    assert.equal(error.partial?.choices[0]?.message?.content, 'Hello');
    if (way === 'signal') assert.deepEqual(error.cause, new Error('enough'));
    await server.idle();
  }
});

test('a stream can be disposed of', async () => {
  await using server = await ScriptedServer.start(sse(start, 'hang'));
  {
    await using stream = await open(server);
    await stream.next();
  }
  await server.idle();
});

test('a whole answer where a stream was asked for is no stream', async () => {
  await using server = await ScriptedServer.start((response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"choices":[]}');
  });
  await assert.rejects(open(server), ProtocolError);
});

test('tee() gives each reader everything, and closes with the last one', async () => {
  const chunks = answer('a', 'b');
  await using server = await ScriptedServer.start(sse(chunks));
  const [left, right] = tee(await open(server));
  await left.next();
  assert.deepEqual(await collect(right), chunks);
  assert.deepEqual(await collect(left), chunks.slice(1));

  await using endless = await ScriptedServer.start(sse(start, 'hang'));
  const [one, two] = tee(await open(endless));
  await one.next();
  await one.return?.();
  assert.deepEqual((await two.next()).value, start[0]);
  assert.deepEqual((await two.next()).value, start[1]);
  await two.return?.();
  await endless.idle();
});

test('a stream survives the way through a readable stream, with its failure', async () => {
  const chunks = answer('Hel', 'lo');
  await using server = await ScriptedServer.start(
    sse(chunks),
    sse([...start, { ...failure, status_code: 503 }]),
  );
  assert.deepEqual(await collect(new Stream(toReadableStream(await open(server)))), chunks);

  const { text, error } = await read(new Stream(toReadableStream(await open(server))));
  assert.equal(text, 'Hello');
  assert.ok(error instanceof StreamInterruptedError && error.reason === 'failed', String(error));
});

test('cancelling the readable stream ends the call', async () => {
  await using server = await ScriptedServer.start(sse(start, 'hang'));
  const readable = toReadableStream(await open(server));
  const reader = readable.getReader();
  await reader.read();
  await reader.cancel();
  await server.idle();
});

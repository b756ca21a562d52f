import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { ParleyCore } from './core.ts';
import { AbortError, ConnectionError, ParleyError, ProtocolError, TimeoutError } from './errors.ts';
import type { ClientOptions } from './options.ts';
import {
  answer,
  completion,
  failing,
  json,
  messages,
  type Reply,
  ScriptedServer,
  silence,
  sse,
} from './server.test.support.ts';
import { Stream } from './stream.ts';

const hello = json(completion('Hello!'), 200, { 'x-request-id': 'req-1' });

function client(server: ScriptedServer, options: ClientOptions = {}): ParleyCore {
  return new ParleyCore({ baseURL: server.baseURL, apiKey: 'secret-key', ...options });
}

const text = (answer: { choices: { message: { content: string | null } }[] }) =>
  answer.choices[0]?.message.content;

test('a whole answer, with the id of the request beside its fields', async () => {
  await using server = await ScriptedServer.start(hello);
  const answer = await client(server).chat.completions.create({ model: 'm', messages, temperature: 0 });
  assert.deepEqual(answer, completion('Hello!'));
  assert.equal(answer.requestId, 'req-1');
  assert.equal(JSON.stringify(answer).includes('req-1'), false);
  const [request] = server.seen;
  assert.equal(`${request?.method} ${request?.url}`, 'POST /v1/chat/completions');
  assert.deepEqual(request?.body, { model: 'm', messages, temperature: 0 });
  assert.equal(request?.headers.authorization, 'Bearer secret-key');
  assert.equal(request?.headers['content-type'], 'application/json');
  assert.equal(request?.headers.accept, 'application/json');
});

test('undefined is left out, null is sent, and the option body goes over the parameters', async () => {
  await using server = await ScriptedServer.start(hello);
  const params = { messages, stop: undefined, seed: null, top_k: 1 };
  await client(server).chat.completions.create(params, { body: { top_k: 2, brand_new: true } });
  assert.deepEqual(server.seen[0]?.body, { messages, seed: null, top_k: 2, brand_new: true });
});

test('headers and query: of the client, of the call, and taken away', async () => {
  await using server = await ScriptedServer.start(hello);
  const { chat } = client(server, {
    headers: { 'x-one': 'client', 'x-two': 'client', 'x-three': undefined },
    query: { a: 1, b: 'client' },
  });
  await chat.completions.create(
    { messages },
    { headers: [['x-two', 'call']], query: { b: true, c: null, d: 'ä&' } },
  );
  await chat.completions.create({ messages }, { headers: { authorization: null, 'X-One': null } });
  await chat.completions.create({ messages }, { headers: new Headers({ authorization: 'Basic own' }) });
  const [first, second, third] = server.seen;
  assert.equal(first?.url, '/v1/chat/completions?a=1&b=true&d=%C3%A4%26');
  assert.deepEqual([first?.headers['x-one'], first?.headers['x-two']], ['client', 'call']);
  assert.deepEqual([second?.headers['x-one'], second?.headers.authorization], [undefined, undefined]);
  assert.equal(third?.headers.authorization, 'Basic own');
});

test('credentials: none, from a function for each attempt, and with characters that no header takes', async () => {
  await using server = await ScriptedServer.start(hello, failing(500), hello);
  await client(server, { apiKey: null }).chat.completions.create({ messages });
  let count = 0;
  const rotating = client(server, { apiKey: async () => `key-${++count}`, maxRetries: fast(1) });
  await rotating.chat.completions.create({ messages });
  assert.deepEqual(
    server.seen.map(({ headers }) => headers.authorization),
    [undefined, 'Bearer key-1', 'Bearer key-2'],
  );
  const broken = client(server, { apiKey: 'sesame\nopen' }).chat.completions.create({ messages });
  await assert.rejects(broken, (error) => error instanceof ParleyError && !/sesame/.test(error.stack ?? ''));
});

/** So many retries at once: a test has no time for the pauses. */
const fast = (retries: number) => ({
  strategy: 'backoff' as const,
  backoff: { initialInterval: 1, maxInterval: 1, maxElapsedTime: retries === 0 ? 0 : 60_000 },
  retryConnectionErrors: true,
});

test('retries repeat the request with the same idempotency key', async () => {
  await using server = await ScriptedServer.start(
    failing(429, { 'retry-after-ms': '1' }),
    failing(503, { 'retry-after': '0' }),
    hello,
  );
  assert.equal(text(await client(server).chat.completions.create({ messages })), 'Hello!');
  const keys = server.seen.map(({ headers }) => headers['idempotency-key']);
  assert.equal(keys.length, 3);
  assert.match(String(keys[0]), /^parley-\d+-\d+-\d+-\d+$/);
  assert.equal(new Set(keys).size, 1);

  await client(server).chat.completions.create({ messages });
  assert.notEqual(server.seen[3]?.headers['idempotency-key'], keys[0]);
  await client(server).chat.completions.create({ messages }, { idempotencyKey: 'mine' });
  await client(server).chat.completions.create({ messages }, { idempotencyKey: null });
  await client(server).request({ method: 'GET', path: '/models' });
  assert.deepEqual(
    server.seen.slice(4).map(({ headers }) => headers['idempotency-key']),
    ['mine', undefined, undefined],
  );
});

test('retries have an end, and a call may ask for none', async () => {
  await using server = await ScriptedServer.start(failing(500, { 'retry-after-ms': '1' }));
  const { chat } = client(server);
  await assert.rejects(chat.completions.create({ messages }), /^ServerError: 500 no/);
  assert.equal(server.seen.length, 3);
  await assert.rejects(chat.completions.create({ messages }, { maxRetries: 0 }));
  assert.equal(server.seen.length, 4);
});

test('a stream is retried until its first event, and never after', async () => {
  await using server = await ScriptedServer.start(
    sse([{ error: { message: 'busy', type: 'rate_limit_error', code: null }, status_code: 429 }]),
    sse([': keep-alive\n\n'], 'cut'),
    sse([], 'silent'),
    sse(answer('Hello').slice(0, 2), 'cut'),
    sse(answer('never')),
  );
  const stream = await client(server, { maxRetries: fast(5) }).chat.completions.create({
    messages,
    stream: true,
  });
  await assert.rejects(async () => {
    for await (const _ of stream);
  }, /^StreamInterruptedError/);
  assert.equal(server.seen.length, 4);
});

const hangUp: Reply = (response) => {
  response.socket?.destroy();
};

test('connections that fail are retried, and reported as such', async () => {
  await using server = await ScriptedServer.start(hangUp, hello);
  const { chat } = client(server, { maxRetries: fast(1) });
  assert.equal(text(await chat.completions.create({ messages })), 'Hello!');

  const { baseURL } = server;
  await server[Symbol.asyncDispose]();
  const nowhere = new ParleyCore({ baseURL, maxRetries: 0 });
  await assert.rejects(nowhere.chat.completions.create({ messages }), (error) => {
    return (
      error instanceof ConnectionError &&
      /^The connection failed: fetch failed: .*ECONNREFUSED/.test(error.message)
    );
  });
});

test('a body that breaks off is no answer', async () => {
  const cut: Reply = (response) => {
    response
      .writeHead(200, { 'content-type': 'application/json', 'content-length': '500' })
      .write('{"id":"a"');
    setTimeout(() => response.socket?.destroy(), 20);
  };
  await using server = await ScriptedServer.start(cut);
  const call = client(server, { maxRetries: 0 }).chat.completions.create({ messages });
  await assert.rejects(call, ConnectionError);
});

test('what is no JSON is no answer', async () => {
  await using server = await ScriptedServer.start((response) => {
    response.end('<html>Login</html>');
  });
  const call = client(server).chat.completions.create({ messages });
  await assert.rejects(call, (error) => error instanceof ProtocolError && /<html>Login/.test(error.message));
  assert.equal(server.seen.length, 1);
});

test('an error is one with status 200 too, and may be tried again', async () => {
  await using server = await ScriptedServer.start(
    json({ error: { message: 'upstream is busy', code: 429 } }),
    hello,
    json({ error: { message: 'no', type: 'invalid_request_error' } }),
  );
  const { completions } = client(server, { maxRetries: fast(1) }).chat;
  assert.equal(text(await completions.create({ messages })), 'Hello!');
  await assert.rejects(completions.create({ messages }), /^BadRequestError: 400 no/);
});

const LIMITS = [
  ['connect', false],
  ['connect', true],
  ['total', false],
  ['firstToken', true],
] as const;

for (const [limit, stream] of LIMITS) {
  test(`the limit ${limit} on a server that says nothing, ${stream ? 'streamed' : 'whole'}`, async () => {
    await using server = await ScriptedServer.start(silence);
    const { chat } = client(server, { timeout: { [limit]: 40 }, maxRetries: 0 });
    await assert.rejects(
      chat.completions.create({ messages, stream }),
      (error) => error instanceof TimeoutError && error.limit === limit && error.milliseconds === 40,
    );
    await server.idle();
  });
}

test('comments are no first token', async () => {
  await using server = await ScriptedServer.start(sse(Array(20).fill(': keep-alive\n\n'), 'hang'));
  const call = client(server, { maxRetries: 0 }).chat.completions.create(
    { messages, stream: true },
    { timeout: { firstToken: 60 } },
  );
  await assert.rejects(call, (error) => error instanceof TimeoutError && error.limit === 'firstToken');
});

test('the total limit spans all attempts; that of a call goes before that of the client', async () => {
  await using server = await ScriptedServer.start(failing(500, { 'retry-after': '30' }));
  const { chat } = client(server, { timeout: 60_000 });
  // The pause that the server asks for would not fit: the failure is told at once.
  await assert.rejects(chat.completions.create({ messages }, { timeout: 1000 }), /^ServerError/);
  assert.equal(server.seen.length, 1);
});

test('a signal ends a call: before, while waiting, and between attempts', async () => {
  await using server = await ScriptedServer.start(silence, failing(500, { 'retry-after': '30' }));
  const { chat } = client(server);
  const aborted = chat.completions.create({ messages }, { signal: AbortSignal.abort('early') });
  await assert.rejects(aborted, (error) => error instanceof AbortError && error.cause === 'early');
  assert.equal(server.seen.length, 0);
  for (const calls of [1, 2]) {
    const controller = new AbortController();
    const call = chat.completions.create({ messages }, { signal: [undefined, controller.signal] });
    while (server.seen.length < calls) await new Promise(setImmediate);
    // The answer, where there is one, has the time to arrive.
    setTimeout(() => controller.abort(), 30);
    await assert.rejects(call, AbortError);
  }
});

test('signals are left alone after the call', async () => {
  await using server = await ScriptedServer.start(hello, sse(answer('a')), failing(400));
  const { signal } = new AbortController();
  const { chat } = client(server);
  await chat.completions.create({ messages }, { signal });
  const stream = await chat.completions.create({ messages, stream: true }, { signal });
  assert.equal(getEventListeners(signal, 'abort').length, 1);
  for await (const _ of stream);
  await assert.rejects(chat.completions.create({ messages }, { signal }));
  assert.equal(getEventListeners(signal, 'abort').length, 0);
});

test('close() ends what is under way, and what comes later at once', async () => {
  await using server = await ScriptedServer.start(silence);
  const closing = client(server);
  const call = closing.chat.completions.create({ messages });
  while (server.seen.length < 1) await new Promise(setImmediate);
  await closing.close();
  await assert.rejects(call, AbortError);
  await assert.rejects(closing.chat.completions.create({ messages }), AbortError);
  assert.equal(server.seen.length, 1);
  await server.idle();
});

test('asResponse() gives the body unread, withResponse() the answer too', async () => {
  await using server = await ScriptedServer.start(
    hello,
    sse(answer('Hi')),
    hello,
    sse(answer('Hi')),
    failing(400),
  );
  const { completions } = client(server).chat;
  const response = await completions.create({ messages }).asResponse();
  assert.deepEqual(await response.json(), completion('Hello!'));
  const raw = await completions.create({ messages, stream: true }).asResponse();
  assert.match(await raw.text(), /^data: \{.*data: \[DONE\]\n\n$/s);
  const whole = await completions.create({ messages }).withResponse();
  assert.deepEqual([text(whole.data), whole.response.status, whole.requestId], ['Hello!', 200, 'req-1']);
  const streamed = await completions.create({ messages, stream: true }).withResponse();
  assert.ok(streamed.data instanceof Stream);
  assert.equal(streamed.requestId, 'req-stream');
  await streamed.data.close();
  await assert.rejects(completions.create({ messages }).asResponse(), /^BadRequestError/);
});

test('a signal still ends the body of a raw response', async () => {
  await using server = await ScriptedServer.start(sse(answer('a').slice(0, 1), 'hang'));
  const controller = new AbortController();
  const { chat } = client(server, { timeout: { firstToken: 50, total: 50 } });
  const call = chat.completions.create({ messages, stream: true }, { signal: controller.signal });
  const response = await call.asResponse();
  const body = response.text();
  // The limits do not.
  await new Promise((resolve) => setTimeout(resolve, 100));
  controller.abort(new Error('enough'));
  await assert.rejects(body, /enough/);
  await server.idle();
});

test('bodies are compressed when they are long enough', async () => {
  await using server = await ScriptedServer.start(hello);
  const long = [{ role: 'user', content: 'Hello! '.repeat(500) } as const];
  const { completions } = client(server, { compress: true }).chat;
  await completions.create({ messages: long });
  await completions.create({ messages });
  await completions.create({ messages }, { compress: 1 });
  await completions.create({ messages: long }, { compress: false });
  const encodings = server.seen.map(({ headers }) => headers['content-encoding']);
  assert.deepEqual(encodings, ['gzip', undefined, 'gzip', undefined]);
  const [first] = server.seen;
  assert.ok(first && first.bytes.length < 200);
  assert.deepEqual(JSON.parse(gunzipSync(first.bytes).toString()), { messages: long });
});

test('fetch and its options can be given', async () => {
  await using server = await ScriptedServer.start(hello);
  const inits: (RequestInit & { dispatcher?: unknown })[] = [];
  const { chat } = client(server, {
    fetch: (url, init) => {
      inits.push(init);
      return fetch(url, init);
    },
    fetchOptions: { cache: 'no-store', redirect: 'error' },
  });
  await chat.completions.create({ messages }, { fetchOptions: { redirect: 'manual' } });
  assert.deepEqual([inits[0]?.cache, inits[0]?.redirect, inits[0]?.method], ['no-store', 'manual', 'POST']);
});

test('any endpoint can be called', async () => {
  await using server = await ScriptedServer.start(json({ tokens: [1, 2] }));
  const answer = await client(server).request<{ tokens: number[] }>({
    method: 'POST',
    path: '/tokenize',
    params: { prompt: 'a' },
  });
  assert.deepEqual(answer.tokens, [1, 2]);
  assert.deepEqual(server.seen[0]?.body, { prompt: 'a' });
});

test('many calls at once, and the ends of the base URL', async () => {
  await using server = await ScriptedServer.start(hello);
  const { signal } = new AbortController();
  const { chat, baseURL } = client(server, { baseURL: `${server.baseURL}//` });
  assert.equal(baseURL, server.baseURL);
  const answers = await Promise.all(
    Array.from({ length: 30 }, () => chat.completions.create({ messages }, { signal })),
  );
  assert.ok(answers.every((answer) => text(answer) === 'Hello!'));
});

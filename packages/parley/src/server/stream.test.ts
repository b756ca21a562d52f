import assert from 'node:assert/strict';
import { test } from 'node:test';
import { end, says, start, tail, text } from './fake-backend.test.support.ts';
import { httpRequest, RawClient, readEvents, TestServer } from './test-server.test.support.ts';

const path = '/v1/chat/completions';

const chat = (more: object = {}) => JSON.stringify({ messages: [{ role: 'user', content: 'Hi' }], ...more });

test('comments keep a slow stream alive, before the first text and between texts', async () => {
  await using server = await TestServer.start({ limits: { keepAliveCommentMs: 10 } });
  const { promise: first, resolve: giveFirst } = Promise.withResolvers<void>();
  const { promise: second, resolve: giveSecond } = Promise.withResolvers<void>();
  server.backend.script = async function* (_request, context) {
    await first;
    yield start(context);
    yield text('Hello');
    await second;
    yield end();
    yield* tail(2);
  };
  using client = await RawClient.open(server.url);
  client.send(httpRequest(path, chat({ stream: true }), { connection: 'close' }));
  await client.until(/^HTTP\/1\.1 200 [\s\S]*: keep-alive\n\n[\s\S]*: keep-alive\n\n/);
  assert.doesNotMatch(client.received, /data:/);
  giveFirst();
  await client.until(/Hello[\s\S]*: keep-alive\n\n/);
  giveSecond();
  await client.ended;
  assert.match(client.received, /\[DONE\]/);
});

test('a failure after a comment is an event', async () => {
  await using server = await TestServer.start({ limits: { keepAliveCommentMs: 5 } });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.backend.script = async function* () {
    yield await promise.then(() => {
      throw new Error('late');
    });
  };
  const response = await server.chat({ stream: true });
  assert.equal(response.status, 200);
  resolve();
  const events = await readEvents(response);
  assert.equal(events.pop(), '[DONE]');
  assert.deepEqual(JSON.parse(events[0] ?? ''), {
    error: {
      message: 'The server failed on this request.',
      type: 'server_error',
      param: null,
      code: 'internal_error',
    },
    status_code: 500,
  });
});

test('a reader that is behind makes the backend wait, and loses nothing', async () => {
  await using server = await TestServer.start();
  const piece = 'x'.repeat(64 * 1024);
  const total = 300;
  let given = 0;
  server.backend.script = async function* (_request, context) {
    yield start(context);
    for (; given < total; given++) yield text(piece);
    yield end();
    yield* tail(total);
  };
  using client = await RawClient.open(server.url);
  client.socket.pause();
  client.send(httpRequest(path, chat({ stream: true }), { connection: 'close' }));
  await server.backend.untilRunning(1);
  let before = -1;
  while (before !== given || given === 0) {
    before = given;
    for (let i = 0; i < 50; i++) await new Promise(setImmediate);
  }
  assert.ok(given < total, 'the backend ran ahead of the reader');
  client.socket.resume();
  await client.ended;
  assert.equal(client.received.split(piece).length - 1, total);
  assert.match(client.received, /\[DONE\]/);
});

test('a reader that takes nothing is cut off and its call ended', async () => {
  await using server = await TestServer.start({ limits: { writeStallMs: 30 } });
  const piece = 'x'.repeat(64 * 1024);
  server.backend.script = async function* (_request, context) {
    yield start(context);
    for (;;) yield text(piece);
  };
  using client = await RawClient.open(server.url);
  client.socket.pause();
  client.send(httpRequest(path, chat({ stream: true })));
  await server.backend.untilRunning(1);
  await server.backend.untilRunning(0);
  await server.settled();
  assert.equal(server.lines.at(-1)?.fields.code, 'reader_stalled');
});

test('events that are ready together share one write', async () => {
  await using server = await TestServer.start();
  server.backend.script = says(...Array.from({ length: 20 }, (_, i) => `w${i}`));
  using client = await RawClient.open(server.url);
  client.send(httpRequest(path, chat({ stream: true }), { connection: 'close' }));
  await client.ended;
  const frames = client.received.match(/\r\n[0-9a-f]+\r\n/g) ?? [];
  assert.match(client.received, /w19/);
  assert.ok(frames.length <= 2, `${frames.length} chunks of the transfer encoding`);
});

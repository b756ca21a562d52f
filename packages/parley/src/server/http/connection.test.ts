import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { start, text, untilAborted } from '../fake-backend.test.support.ts';
import { httpRequest, RawClient, TestServer } from '../test-server.test.support.ts';

const path = '/v1/chat/completions';
const hello = { model: 'tiny', messages: [{ role: 'user', content: 'Hi' }] };

test('one connection serves request after request, pipelined ones in their order', async () => {
  await using server = await TestServer.start();
  using client = await RawClient.open(server.url);
  const body = (id: string) => JSON.stringify({ ...hello, request_id: id });
  client.send(httpRequest(path, body('first')) + httpRequest(path, body('second')));
  client.send(httpRequest(path, body('third'), { connection: 'close' }));
  await client.ended;
  const ids = [...client.received.matchAll(/"id":"(\w+)"/g)].map(([, id]) => id);
  assert.deepEqual(ids, ['first', 'second', 'third']);
  await server.settled();
  assert.equal(client.socket.bytesRead > 0, true);
});

test('listeners do not pile up on a connection that is used again', async () => {
  await using server = await TestServer.start();
  const sockets = new Set<Socket>();
  const onRequest = (message: unknown) => {
    sockets.add((message as { socket: Socket }).socket);
  };
  subscribe('http.server.request.start', onRequest);
  using client = await RawClient.open(server.url);
  const counts: number[] = [];
  for (let i = 1; i <= 4; i++) {
    client.send(httpRequest(path, JSON.stringify(hello)));
    await client.until(new RegExp(`(chat\\.completion"[\\s\\S]*){${i}}`));
    await server.settled();
    const [socket] = sockets;
    counts.push(socket?.listenerCount('close') ?? -1);
  }
  unsubscribe('http.server.request.start', onRequest);
  assert.equal(sockets.size, 1);
  assert.ok((counts[0] ?? -1) >= 0);
  assert.equal(new Set(counts).size, 1, `listeners: ${counts}`);
});

test('headers that are too large, and what is not HTTP, get an answer in the error shape', async () => {
  await using server = await TestServer.start({ limits: { maxHeaderBytes: 4_096 } });
  using large = await RawClient.open(server.url);
  large.send(httpRequest(path, '{}', { 'x-large': 'x'.repeat(10_000) }));
  await large.ended;
  assert.match(large.received, /^HTTP\/1\.1 431 [\s\S]*"code":"headers_too_large"/);
  using strange = await RawClient.open(server.url);
  strange.send('NOT HTTP AT ALL\r\n\r\n');
  await strange.ended;
  assert.match(strange.received, /^HTTP\/1\.1 400 [\s\S]*"code":"invalid_http"/);
});

test('what is not HTTP behind a call whose answer has begun breaks the connection, not the answer', async () => {
  await using server = await TestServer.start();
  server.backend.script = async function* (_request, context) {
    yield start(context);
    yield text('Hel');
    await untilAborted(context.signal);
  };
  using client = await RawClient.open(server.url);
  client.send(httpRequest(path, JSON.stringify({ ...hello, stream: true })));
  await client.until(/Hel/);
  client.send('NOT HTTP AT ALL\r\n\r\n');
  await client.ended;
  assert.equal(client.received.match(/HTTP\/1\.1/g)?.length, 1);
  await server.backend.untilRunning(0);
});

test('headers and bodies that trickle in are cut off', async () => {
  await using server = await TestServer.start({ limits: { headersTimeoutMs: 50, bodyIdleTimeoutMs: 50 } });
  using headers = await RawClient.open(server.url);
  headers.send('POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\n');
  await headers.ended;
  assert.match(headers.received, /^HTTP\/1\.1 408 [\s\S]*"code":"request_timeout"/);
  using body = await RawClient.open(server.url);
  body.send(httpRequest(path, '{"a":', { 'content-length': '100' }));
  await body.ended;
  assert.match(body.received, /^HTTP\/1\.1 408 [\s\S]*connection: close[\s\S]*"code":"request_timeout"/i);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Script, start, text, untilAborted } from './fake-backend.test.support.ts';
import { httpRequest, RawClient, TestServer } from './test-server.test.support.ts';

const path = '/v1/chat/completions';

const chat = (more: object = {}) => JSON.stringify({ messages: [{ role: 'user', content: 'Hi' }], ...more });

/** Waits in the queue until the call is ended. */
const queued: Script = async function* (_request, context) {
  yield await untilAborted(context.signal);
};

/** Says something and then waits until the call is ended. */
const stuck: Script = async function* (_request, context) {
  yield start(context);
  yield text('Hel');
  await untilAborted(context.signal);
};

const lastStatus = (server: TestServer) => server.lines.at(-1)?.fields.status;

test('a client that goes before its body is complete', async () => {
  await using server = await TestServer.start();
  for (const body of [chat().slice(0, 10), '']) {
    using client = await RawClient.open(server.url);
    client.send(httpRequest(path, body, { 'content-length': '1000' }));
    while (server.server.openRequests === 0) await new Promise(setImmediate);
    client.socket.destroy();
    await server.settled();
    assert.equal(lastStatus(server), 499);
  }
  assert.equal(server.backend.calls.length, 0);
});

test('a client that goes in the middle of a compressed body', async () => {
  await using server = await TestServer.start();
  using client = await RawClient.open(server.url);
  const headers = { 'content-length': '1000', 'content-encoding': 'gzip' };
  client.send(httpRequest(path, '\x1f', headers));
  while (server.server.openRequests === 0) await new Promise(setImmediate);
  client.socket.destroy();
  await server.settled();
  assert.equal(lastStatus(server), 499);
});

for (const stream of [true, false]) {
  const kind = stream ? 'streamed' : 'whole';

  test(`a client that goes while its ${kind} call is queued`, async () => {
    await using server = await TestServer.start();
    server.backend.script = queued;
    using client = await RawClient.open(server.url);
    client.send(httpRequest(path, chat({ stream })));
    await server.backend.untilRunning(1);
    client.socket.destroy();
    await server.backend.untilRunning(0);
    await server.settled();
    assert.equal(server.backend.calls[0]?.context.signal.aborted, true);
    assert.equal(lastStatus(server), 499);
  });

  test(`a client that closes only its sending side while its ${kind} call runs is gone as well`, async () => {
    await using server = await TestServer.start();
    server.backend.script = stuck;
    using client = await RawClient.open(server.url);
    client.send(httpRequest(path, chat({ stream })));
    await server.backend.untilRunning(1);
    client.socket.end();
    await server.backend.untilRunning(0);
  });
}

test('a client that goes in the middle of a stream', async () => {
  await using server = await TestServer.start();
  server.backend.script = stuck;
  using client = await RawClient.open(server.url);
  client.send(httpRequest(path, chat({ stream: true })));
  await client.until(/Hel/);
  client.socket.destroy();
  await server.backend.untilRunning(0);
  await server.settled();
  assert.equal(lastStatus(server), 499);
});

test('a backend that ignores the signal does not keep the call open', async () => {
  await using server = await TestServer.start();
  const never = new Promise<void>(() => undefined);
  let aborted = false;
  server.backend.complete = (_request, context) => ({
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        context.signal.addEventListener('abort', () => {
          aborted = true;
        });
        await never;
        return { done: true, value: undefined };
      },
    }),
  });
  using client = await RawClient.open(server.url);
  client.send(httpRequest(path, chat()));
  while (server.server.openRequests === 0) await new Promise(setImmediate);
  await new Promise(setImmediate);
  client.socket.destroy();
  await server.settled();
  assert.equal(aborted, true);
});

test('pipelined calls all end when the connection breaks, also those whose answer had not begun', async () => {
  await using server = await TestServer.start();
  server.backend.script = stuck;
  using client = await RawClient.open(server.url);
  client.send(
    httpRequest(path, chat()) + httpRequest(path, chat({ stream: true })) + httpRequest(path, chat()),
  );
  await server.backend.untilRunning(3);
  client.socket.destroy();
  await server.backend.untilRunning(0);
});

test('a client that goes after the end harms nothing', async () => {
  await using server = await TestServer.start();
  for (const stream of [true, false]) {
    using client = await RawClient.open(server.url);
    client.send(httpRequest(path, chat({ stream })));
    await client.until(stream ? /\[DONE\]/ : /total_time/);
    client.socket.destroy();
    await server.settled();
    assert.equal(lastStatus(server), 200);
    assert.equal(server.backend.calls.at(-1)?.context.signal.aborted, false);
  }
});

test('a thousand calls that are broken off leave nothing behind', async () => {
  await using server = await TestServer.start();
  server.backend.script = stuck;
  for (let round = 0; round < 20; round++) {
    const clients = await Promise.all(Array.from({ length: 50 }, () => RawClient.open(server.url)));
    for (const [i, client] of clients.entries())
      client.send(httpRequest(path, chat({ stream: i % 2 === 0 })));
    await server.backend.untilRunning(50);
    for (const client of clients) client.socket.destroy();
    await server.backend.untilRunning(0);
  }
  await server.settled();
  assert.equal(server.backend.calls.length, 1_000);
});

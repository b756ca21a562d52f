import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Script, says, start, text, untilAborted } from './fake-backend.test.support.ts';
import { readEvents, TestServer } from './test-server.test.support.ts';

/** Says something and then waits until the call is ended. */
const stuck: Script = async function* (_request, context) {
  yield start(context);
  yield text('Hel');
  await untilAborted(context.signal);
};

test('drain: finishes what runs, refuses what comes, then closes', async () => {
  const server = await TestServer.start();
  const { promise, resolve } = Promise.withResolvers<void>();
  server.backend.script = async function* (request, context) {
    await promise;
    yield* says('done')(request, context);
  };
  const running = server.chat({ stream: true });
  await server.backend.untilRunning(1);
  const drained = server.server.drain(60_000);
  const refused = await server.chat();
  assert.deepEqual(
    [refused.status, refused.headers.get('retry-after'), refused.headers.get('connection')],
    [503, '5', 'close'],
  );
  await refused.text();
  const health = await fetch(`${server.url}/health`);
  assert.deepEqual([health.status, ((await health.json()) as { status: string }).status], [503, 'draining']);
  resolve();
  assert.match(await (await running).text(), /done[\s\S]*\[DONE\]/);
  await drained;
  assert.equal(server.server.openRequests, 0);
  await assert.rejects(fetch(`${server.url}/health`));
});

test('drain: what takes longer than the limit is ended by an error event, or a 503', async () => {
  const server = await TestServer.start();
  server.backend.script = stuck;
  const streamed = server.chat({ stream: true });
  const whole = server.chat();
  await server.backend.untilRunning(2);
  const response = await streamed;
  await server.server.drain(0);
  const events = await readEvents(response);
  assert.equal(events.pop(), '[DONE]');
  const { error, status_code } = JSON.parse(events.pop() ?? '');
  assert.deepEqual([error.code, status_code], ['shutting_down', 503]);
  assert.equal((await whole).status, 503);
  assert.equal(server.backend.running, 0);
  assert.equal(server.server.openRequests, 0);
});

test('close ends everything at once', async () => {
  const server = await TestServer.start();
  server.backend.script = stuck;
  const bodies = [server.chat({ stream: true }), server.chat()].map((call) =>
    call.then((response) => response.text()),
  );
  const outcomes = Promise.allSettled(bodies);
  await server.backend.untilRunning(2);
  await server.server.close();
  for (const outcome of await outcomes) {
    if (outcome.status === 'fulfilled') assert.doesNotMatch(outcome.value, /finish_reason":"/);
  }
  await server.backend.untilRunning(0);
  await server.settled();
});

test('a port in use is an error of listen', async () => {
  await using server = await TestServer.start();
  const second = await TestServer.start();
  await second.server.close();
  const port = Number(new URL(server.url).port);
  await assert.rejects(second.server.listen({ host: '127.0.0.1', port }), { code: 'EADDRINUSE' });
});

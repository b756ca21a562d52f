import assert from 'node:assert/strict';
import { test } from 'node:test';
import { whole } from '../chat-answers.test.support.ts';
import { failure, httpRequest, RawClient, readEvents, TestServer } from '../test-server.test.support.ts';

/** A clock that is moved by hand. */
function handClock() {
  const asleep: { milliseconds: number; wake: () => void }[] = [];
  const waiting = Promise.withResolvers<void>();
  const sleep = (milliseconds: number) =>
    new Promise<void>((wake) => {
      asleep.push({ milliseconds, wake });
      waiting.resolve();
    });
  return { asleep, sleep, waiting: waiting.promise };
}

test('x-delay-time: nothing is worked on before its seconds are over', async () => {
  for (const stream of [false, true]) {
    const { asleep, sleep, waiting } = handClock();
    await using server = await TestServer.start({ sleep });
    const answer = server.chat({ stream }, { headers: { 'X-delay-time': '2.5' } });
    await waiting;
    assert.deepEqual([asleep.length, asleep[0]?.milliseconds, server.backend.calls.length], [1, 2500, 0]);
    asleep[0]?.wake();
    const response = await answer;
    assert.deepEqual([response.status, response.headers.get('x-parley-parameters')], [200, null]);
    if (stream) assert.equal((await readEvents(response)).at(-1), '[DONE]');
    else await response.json();
    assert.equal(server.backend.calls.length, 1);
  }
});

test('x-delay-time: a client that goes away ends the wait, and no work is done for it', async () => {
  await using server = await TestServer.start();
  using client = await RawClient.open(server.url);
  const body = JSON.stringify({ messages: [{ role: 'user', content: 'Hi' }] });
  client.send(httpRequest('/v1/chat/completions', body, { 'x-delay-time': '60' }));
  while (server.server.openRequests === 0) await new Promise(setImmediate);
  client.socket.destroy();
  await server.settled();
  assert.equal(server.backend.calls.length, 0);
});

test('x-delay-time: legacy completions wait once for all their prompts', async () => {
  const delays: number[] = [];
  await using server = await TestServer.start({ sleep: async (milliseconds) => delays.push(milliseconds) });
  const prompt = ['a', 'b', 'c'];
  const response = await server.post('/v1/completions', { prompt }, { headers: { 'x-delay-time': '1' } });
  assert.deepEqual([response.status, server.backend.calls.length, delays], [200, 3, [1000]]);
  await response.json();
});

test('headers out of range, or where they make no sense, are refused by name', async () => {
  await using server = await TestServer.start();
  for (const [headers, parameters, param] of [
    [{ 'x-delay-time': '61' }, {}, 'x-delay-time'],
    [{ queue_threshold: '20' }, {}, 'queue_threshold'],
    [{ queue_threshold: '100' }, { service_tier: 'priority' }, 'queue_threshold'],
  ] as const) {
    const refused = await failure(await server.chat(parameters, { headers }));
    assert.deepEqual([refused.status, refused.param], [400, param]);
  }
  const nowhere = await server.post('/tokenize', { prompt: 'a' }, { headers: { 'x-delay-time': '1' } });
  assert.equal(nowhere.headers.get('x-parley-parameters'), 'x-delay-time;ignored');
});

test('queue_threshold reaches the backend', async () => {
  await using server = await TestServer.start();
  await server.chat({ service_tier: 'flex' }, { headers: { queue_threshold: '500' } });
  await whole(server);
  assert.deepEqual(
    server.backend.calls.map(({ context }) => context.queueLimitMs),
    [500, undefined],
  );
});

test('cf-ray and x-amz-cf-id come back and are in the log line', async () => {
  await using server = await TestServer.start();
  const headers = { 'CF-RAY': '8a1b-FRA', 'X-Amz-Cf-Id': 'x'.repeat(300) };
  const response = await server.chat({}, { headers });
  assert.equal(response.headers.get('cf-ray'), '8a1b-FRA');
  assert.equal(response.headers.get('x-amz-cf-id'), 'x'.repeat(256));
  await response.json();
  await server.settled();
  const { cf_ray, x_amz_cf_id } = server.lines[0]?.fields ?? {};
  assert.deepEqual([cf_ray, x_amz_cf_id], ['8a1b-FRA', 'x'.repeat(256)]);
  const refused = await server.chat({ n: 0 }, { headers: { 'cf-ray': 'a\u00e9 b' } });
  assert.deepEqual([refused.status, refused.headers.get('cf-ray')], [400, 'a__b']);
  const plain = await server.chat();
  assert.deepEqual([plain.headers.get('cf-ray'), plain.headers.get('x-amz-cf-id')], [null, null]);
});

test('the answer names the tier that served it, in both fields', async () => {
  await using server = await TestServer.start();
  for (const [asked, used] of [
    ['auto', 'default'],
    ['default', 'default'],
    ['flex', 'flex'],
    ['priority', 'priority'],
  ] as const) {
    const answer = await whole(server, { service_tier: asked });
    assert.deepEqual([answer.service_tier, answer.service_tier_used], [used, used]);
    const events = await readEvents(await server.chat({ service_tier: asked, stream: true }));
    const { service_tier, service_tier_used } = JSON.parse(events[0] ?? '');
    assert.deepEqual([service_tier, service_tier_used], [used, used]);
  }
  const unasked = await whole(server);
  assert.ok(!('service_tier' in unasked) && !('service_tier_used' in unasked));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ParleyCore } from './core.ts';
import { ServerError, StreamInterruptedError } from './errors.ts';
import type { CallInfo, Hooks } from './hooks.ts';
import { answer, completion, failing, json, messages, ScriptedServer, sse } from './server.test.support.ts';

interface Told {
  readonly lines: string[];
  readonly calls: Set<CallInfo>;
  readonly headers: Headers[];
}

function recorder(): Hooks & Told {
  const lines: string[] = [];
  const calls = new Set<CallInfo>();
  const headers: Headers[] = [];
  const tell = (call: CallInfo, line: string) => {
    calls.add(call);
    lines.push(`${call.attempt} ${line}`);
  };
  return {
    lines,
    calls,
    headers,
    request: (call, sent) => {
      headers.push(sent);
      tell(call, `request ${call.method} ${new URL(call.url).pathname}${new URL(call.url).search}`);
    },
    response: (call, { status }) => tell(call, `response ${status}`),
    retry: (call, error, delay) => tell(call, `retry ${error.name} ${delay}`),
    chunk: (call) => tell(call, 'chunk'),
    error: (call, error) => tell(call, `error ${error.name}`),
  };
}

test('what happens is told in order, with one object for the call', async () => {
  await using server = await ScriptedServer.start(
    failing(503, { 'retry-after-ms': '1' }),
    json(completion('Hello!')),
  );
  const hooks = recorder();
  const client = new ParleyCore({
    baseURL: server.baseURL,
    apiKey: 'secret-key',
    hooks,
    query: { key: 'q' },
  });
  await client.chat.completions.create({ messages, seed: 1 });
  assert.deepEqual(hooks.lines, [
    '1 request POST /v1/chat/completions',
    '1 response 503',
    '1 retry ServerError 1',
    '2 request POST /v1/chat/completions',
    '2 response 200',
  ]);
  assert.equal(hooks.calls.size, 1);
  assert.deepEqual([...hooks.calls][0]?.body, { messages, seed: 1 });
  assert.equal(hooks.headers[0]?.get('accept'), 'application/json');
  assert.doesNotMatch(JSON.stringify(hooks.headers.map((each) => [...each])), /secret-key/);
});

test('failures for good are told once: of a call, and of a stream', async () => {
  await using server = await ScriptedServer.start(failing(500), sse(answer('a').slice(0, 2), 'silent'));
  const hooks = recorder();
  const client = new ParleyCore({ baseURL: server.baseURL, maxRetries: 0, hooks });
  await assert.rejects(client.chat.completions.create({ messages }), ServerError);
  const stream = await client.chat.completions.create({ messages, stream: true });
  await assert.rejects(async () => {
    for await (const _ of stream);
  }, StreamInterruptedError);
  assert.deepEqual(
    hooks.lines.map((line) => line.replace(/POST.*/, '')),
    [
      '1 request ',
      '1 response 500',
      '1 error ServerError',
      '1 request ',
      '1 response 200',
      '1 chunk',
      '1 chunk',
    ].concat('1 error StreamInterruptedError'),
  );
});

test('a hook that throws fails its call with what it threw', async () => {
  await using server = await ScriptedServer.start(json(completion('a')), sse(answer('a')));
  const fault = new Error('telemetry is down');
  const fail = () => {
    throw fault;
  };
  const { chat } = new ParleyCore({ baseURL: server.baseURL, hooks: { response: fail } });
  await assert.rejects(chat.completions.create({ messages }), fault);
  assert.equal(server.seen.length, 1, 'it is not tried again');
  const counting = new ParleyCore({ baseURL: server.baseURL, hooks: { chunk: fail } });
  await assert.rejects(counting.chat.completions.create({ messages, stream: true }), fault);
});

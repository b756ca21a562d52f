import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError, overloaded } from '@parley/protocol';
import { chunkSchema, script, whole, wholeSchema } from '../chat-answers.test.support.ts';
import { model, says, start, text } from '../fake-backend.test.support.ts';
import { readEvents, TestServer } from '../test-server.test.support.ts';

test('request_id becomes the id; x-request-id is echoed when it is sane', async () => {
  await using server = await TestServer.start();
  const plain = await server.chat({ request_id: 'my-id' });
  assert.equal(plain.headers.get('x-request-id'), 'my-id');
  assert.equal(wholeSchema.Parse(await plain.json()).id, 'my-id');
  const echoed = await server.chat({}, { headers: { 'x-request-id': 'abc' } });
  assert.equal(echoed.headers.get('x-request-id'), 'abc');
  const { id } = wholeSchema.Parse(await echoed.json());
  assert.match(id, /^chatcmpl-[0-9a-f-]{36}$/);
  const insane = await server.chat({}, { headers: { 'x-request-id': 'a b' } });
  assert.equal(insane.headers.get('x-request-id'), wholeSchema.Parse(await insane.json()).id);
});

test('what was not taken literally is reported in a header, and in the body when asked', async () => {
  await using server = await TestServer.start();
  server.backend.script = async function* (request, context) {
    context.report.add('seed', 'clamped', 'to 64 bits');
    yield* says('x')(request, context);
  };
  const response = await server.chat({ colour: 'red', parley: { report: true }, stream: true });
  assert.equal(response.headers.get('x-parley-parameters'), 'colour;ignored, seed;clamped');
  const events = await readEvents(response);
  const last = chunkSchema.Parse(JSON.parse(events.at(-2) ?? ''));
  assert.deepEqual(last.parley?.parameters, [
    { name: 'colour', change: 'ignored', detail: "'colour' is not a parameter of this server.", sent: 'red' },
    { name: 'seed', change: 'clamped', detail: 'to 64 bits' },
  ]);
  assert.equal((await server.chat({})).headers.get('x-parley-parameters'), 'seed;clamped');
});

test('the default model answers a request that names none', async () => {
  await using server = await TestServer.start();
  await whole(server);
  await whole(server, { model: 'tiny' });
  assert.deepEqual(
    server.backend.calls.map(({ request }) => request.model),
    [model.id, 'tiny'],
  );
});

test('a failure before the first text is an HTTP status, streamed or not, also after start', async () => {
  await using server = await TestServer.start();
  const failure = overloaded('The queue is full.', 2.5);
  server.backend.script = async function* (_request, context) {
    yield start(context);
    throw failure;
  };
  for (const stream of [true, false]) {
    const response = await server.chat({ stream });
    assert.equal(response.status, 429);
    assert.equal(response.headers.get('retry-after'), '3');
    assert.deepEqual(await response.json(), failure.body());
  }
});

test('a failure after the first text is an event, then [DONE], never a clean end', async () => {
  await using server = await TestServer.start();
  const failure = new ApiError({
    status: 500,
    type: 'server_error',
    code: 'x',
    message: 'The model failed.',
  });
  server.backend.script = async function* (_request, context) {
    yield start(context);
    yield text('Hel');
    await new Promise(setImmediate);
    throw failure;
  };
  const events = await readEvents(await server.chat({ stream: true }));
  assert.equal(events.pop(), '[DONE]');
  assert.deepEqual(JSON.parse(events.pop() ?? ''), { ...failure.body(), status_code: 500 });
  assert.ok(events.length >= 2 && events.every((data) => JSON.parse(data).choices[0].finish_reason === null));
  assert.equal((await server.chat()).status, 500);
});

test('an answer that breaks off is an error, streamed and whole', async () => {
  await using server = await TestServer.start();
  server.backend.script = script(text('Hel'));
  const events = await readEvents(await server.chat({ stream: true }));
  assert.equal(JSON.parse(events.at(-2) ?? '').error.code, 'internal_error');
  assert.equal((await server.chat()).status, 500);
});

test('a foreign error is a 500 that says nothing of it; prompts and keys are in no log line', async () => {
  await using server = await TestServer.start();
  server.backend.script = () => {
    throw new TypeError('cannot read SECRET-PROMPT');
  };
  const response = await server.chat({ messages: [{ role: 'user', content: 'SECRET-PROMPT' }] });
  assert.equal(response.status, 500);
  assert.doesNotMatch(await response.text(), /SECRET/);
  await server.settled();
  const line = server.lines.find(({ level }) => level === 'error');
  assert.match(String(line?.fields.cause), /TypeError\n\s+at /);
  assert.doesNotMatch(JSON.stringify(server.lines), /SECRET/);
});

test('a call is one line at info, with tokens and durations', async () => {
  await using server = await TestServer.start();
  await whole(server, { request_id: 'r1' });
  await server.settled();
  assert.equal(server.lines.length, 1);
  const {
    id,
    route,
    model: name,
    status,
    prompt_tokens,
    completion_tokens,
    seconds,
  } = server.lines[0]?.fields ?? {};
  assert.deepEqual([id, route, name, status], ['r1', '/chat/completions', model.id, 200]);
  assert.deepEqual([prompt_tokens, completion_tokens, typeof seconds], [5, 3, 'number']);
});

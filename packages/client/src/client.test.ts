import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Parley } from './client.ts';
import { collect } from './collect.test.support.ts';
import { AbortError } from './errors.ts';
import { answer, completion, failing, json, messages, ScriptedServer, sse } from './server.test.support.ts';

const hello = json(completion('Hello!'), 200, { 'x-request-id': 'req-1' });

function requests(server: ScriptedServer): string[] {
  return server.seen.map(
    ({ method, url, body }) => `${method} ${url}${body ? ` ${JSON.stringify(body)}` : ''}`,
  );
}

test('the endpoints', async () => {
  await using server = await ScriptedServer.start(json({ ok: true }));
  const { chat, completions, models } = new Parley({ baseURL: server.baseURL });
  await chat.completions.retrieve('a/b');
  await chat.completions.update('id', { metadata: { k: 'v' } });
  await chat.completions.delete('id');
  await chat.completions.messages.list('id', { limit: 2 });
  await chat.completions.list({ model: 'm', metadata: { 'a b': 'c' }, order: 'desc', after: null });
  await completions.create({ prompt: 'a' });
  await models.list();
  await models.list({ format: 'openrouter' });
  await models.retrieve('org/model');
  assert.deepEqual(requests(server), [
    'GET /v1/chat/completions/a%2Fb',
    'POST /v1/chat/completions/id {"metadata":{"k":"v"}}',
    'DELETE /v1/chat/completions/id',
    'GET /v1/chat/completions/id/messages?limit=2',
    'GET /v1/chat/completions?model=m&order=desc&metadata%5Ba+b%5D=c',
    'POST /v1/completions {"prompt":"a"}',
    'GET /v1/models',
    'GET /v1/models?format=openrouter',
    'GET /v1/models/org%2Fmodel',
  ]);
});

test('a list goes on with its further pages, and stops when it is left', async () => {
  const page = (ids: string[], has_more: boolean) =>
    json({ object: 'list', data: ids.map((id) => ({ id })), has_more });
  await using server = await ScriptedServer.start(page(['a', 'b'], true), page(['c'], true), page([], true));
  const { completions } = new Parley({ baseURL: server.baseURL }).chat;
  const items = await collect(completions.list({ limit: 2 }));
  assert.deepEqual(
    items.map(({ id }) => id),
    ['a', 'b', 'c'],
  );
  assert.deepEqual(requests(server), [
    'GET /v1/chat/completions?limit=2',
    'GET /v1/chat/completions?limit=2&after=b',
    'GET /v1/chat/completions?limit=2&after=c',
  ]);

  await using again = await ScriptedServer.start(page(['a'], true));
  const list = new Parley({ baseURL: again.baseURL }).chat.completions.list();
  assert.equal((await list).data.length, 1);
  for await (const { id } of list) {
    assert.equal(id, 'a');
    break;
  }
  assert.equal(again.seen.length, 1);
});

test('older completions are streamed too', async () => {
  const part = (text: string, finish_reason: string | null) => ({
    object: 'text_completion',
    choices: [{ index: 0, text, logprobs: null, finish_reason }],
  });
  await using server = await ScriptedServer.start(sse([part('a', null), part('b', 'stop')]));
  const client = new Parley({ baseURL: server.baseURL });
  const stream = await client.completions.create({ prompt: 'x', stream: true });
  let text = '';
  for await (const { choices } of stream) text += choices[0]?.text;
  assert.equal(text, 'ab');
  assert.equal(stream.partial.choices[0]?.text, 'ab');
});

test('raw responses by prefix, on every resource and on chat', async () => {
  await using server = await ScriptedServer.start(hello);
  const { chat, models } = new Parley({ baseURL: server.baseURL });
  for (const completions of [chat.completions.withRawResponse, chat.withRawResponse.completions]) {
    const { data, response, requestId } = await completions.create({ messages });
    assert.deepEqual(data, completion('Hello!'));
    assert.deepEqual([response.headers.get('x-request-id'), requestId], ['req-1', 'req-1']);
  }
  for (const completions of [
    chat.completions.withStreamingResponse,
    chat.withStreamingResponse.completions,
  ]) {
    const response = await completions.create({ messages });
    assert.deepEqual(await response.json(), completion('Hello!'));
  }
  assert.equal((await models.withRawResponse.retrieve('m')).requestId, 'req-1');
  assert.equal((await chat.withRawResponse.completions.messages.list('id')).response.status, 200);
  assert.equal((await chat.completions.list().withResponse()).requestId, 'req-1');
});

test('credential and address come from the environment, unless they are given', async () => {
  await using server = await ScriptedServer.start(hello);
  const { PARLEY_API_KEY, PARLEY_BASE_URL } = process.env;
  try {
    Object.assign(process.env, { PARLEY_API_KEY: ' env-key ', PARLEY_BASE_URL: `${server.baseURL}/` });
    await new Parley().chat.completions.create({ messages });
    await new Parley({ apiKey: 'own' }).chat.completions.create({ messages });
    await new Parley({ apiKey: null }).chat.completions.create({ messages });
    Object.assign(process.env, { PARLEY_API_KEY: '', PARLEY_BASE_URL: '' });
    assert.equal(new Parley().baseURL, 'http://127.0.0.1:4141/v1');
  } finally {
    delete process.env.PARLEY_API_KEY;
    delete process.env.PARLEY_BASE_URL;
    if (PARLEY_API_KEY !== undefined) process.env.PARLEY_API_KEY = PARLEY_API_KEY;
    if (PARLEY_BASE_URL !== undefined) process.env.PARLEY_BASE_URL = PARLEY_BASE_URL;
  }
  assert.deepEqual(
    server.seen.map(({ headers }) => headers.authorization),
    ['Bearer env-key', 'Bearer own', undefined],
  );
});

test('a client with other options keeps the rest, and its own life', async () => {
  await using server = await ScriptedServer.start(hello);
  const client = new Parley({ baseURL: server.baseURL, apiKey: 'k', headers: { 'x-a': '1' } });
  const other = client.withOptions({ headers: { 'x-b': '2' } });
  await client.close();
  await other.chat.completions.create({ messages });
  const headers = server.seen[0]?.headers;
  assert.deepEqual(
    [headers?.authorization, headers?.['x-a'], headers?.['x-b']],
    ['Bearer k', undefined, '2'],
  );
  await assert.rejects(client.chat.completions.create({ messages }), AbortError);
});

test('close, aclose and disposal are one', async () => {
  await using server = await ScriptedServer.start(hello);
  const make = () => new Parley({ baseURL: server.baseURL });
  const clients = [make(), make(), make(), make()] as const;
  await clients[0].close();
  await clients[1].aclose();
  {
    await using disposed = clients[2];
    await disposed.models.list();
    using other = clients[3];
    await other.models.list();
  }
  for (const { models } of clients) await assert.rejects(models.list(), AbortError);
});

test('a stream of the client ends with the client', async () => {
  await using server = await ScriptedServer.start(sse(answer('a').slice(0, 1), 'hang'));
  const client = new Parley({ baseURL: server.baseURL });
  const stream = await client.chat.completions.create({ messages, stream: true });
  await stream.next();
  const next = stream.next();
  await client.close();
  await assert.rejects(next, AbortError);
  await server.idle();
});

test('warming asks once, and its failure is nobody’s', async () => {
  await using server = await ScriptedServer.start(failing(404), hello);
  const { chat } = new Parley({ baseURL: server.baseURL, warm: true });
  while (server.seen.length < 1) await new Promise(setImmediate);
  assert.equal(server.seen[0]?.url, '/v1/tcp_warming');
  assert.deepEqual(await chat.completions.create({ messages }), completion('Hello!'));
});

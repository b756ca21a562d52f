import assert from 'node:assert/strict';
import { test } from 'node:test';
import { model } from '../fake-backend.test.support.ts';
import { statusAndCode, TestServer } from '../test-server.test.support.ts';

const path = '/v1/chat/completions';
const hello = { model: 'tiny', messages: [{ role: 'user', content: 'Hi' }] };

test('the same route answers under /v1, /openai/v1 and bare, with a query string and a trailing slash', async () => {
  await using server = await TestServer.start();
  for (const each of [
    path,
    '/openai/v1/chat/completions',
    '/chat/completions',
    `${path}?api-version=1`,
    `${path}/`,
  ]) {
    assert.equal((await server.post(each, hello)).status, 200, each);
  }
  for (const each of ['/v1/tcp_warming', '/openai/v1/tcp_warming', '/tcp_warming']) {
    const response = await fetch(server.url + each);
    assert.equal(response.status, 200);
    assert.equal(await response.text(), '{}');
  }
});

test('unknown paths are 404, wrong methods 405 with allow, HEAD is GET without a body', async () => {
  await using server = await TestServer.start();
  assert.deepEqual(await statusAndCode(await fetch(`${server.url}/v1/nothing`)), [404, 'unknown_url']);
  const wrong = await fetch(`${server.url}/v1/completions`);
  assert.equal(wrong.headers.get('allow'), 'POST, OPTIONS');
  assert.deepEqual(await statusAndCode(wrong), [405, 'method_not_allowed']);
  const head = await fetch(`${server.url}/v1/models`, { method: 'HEAD' });
  assert.equal(head.status, 200);
  assert.ok(Number(head.headers.get('content-length')) > 0);
  assert.equal(await head.text(), '');
  const options = await fetch(`${server.url}/v1/completions`, { method: 'OPTIONS' });
  assert.deepEqual([options.status, options.headers.get('allow')], [204, 'POST, OPTIONS']);
});

test('models: list, details, ids with slashes, aliases, formats, unknown', async () => {
  await using server = await TestServer.start();
  const get = async (target: string) =>
    (await fetch(server.url + target)).json() as Promise<Record<string, unknown>>;
  for (const target of [
    '/v1/models/owner/model:q4',
    '/v1/models/owner%2Fmodel%3Aq4',
    '/models/tiny',
    '/openai/v1/models/tiny',
  ]) {
    const { id, context_length, parameters } = await get(target);
    assert.deepEqual([id, context_length], [model.id, 512], target);
    const named = parameters as Record<string, { honoured: boolean; reason?: string }>;
    assert.equal(named.temperature?.honoured, true);
    assert.deepEqual([named.tools?.honoured, named.tools?.reason], [false, 'Not yet.']);
  }
  const list = await get('/v1/models');
  assert.equal(list.object, 'list');
  const openRouter = (await get('/v1/models?format=openrouter')).data as Record<string, unknown>[];
  assert.deepEqual([openRouter[0]?.id, openRouter[0]?.context_length], [model.id, 512]);
  const huggingFace = (await get('/v1/models?format=huggingface')).data as Record<string, unknown>[];
  assert.equal(huggingFace[0]?.supports_tools, false);
  assert.deepEqual(await statusAndCode(await fetch(`${server.url}/v1/models/nope`)), [
    404,
    'model_not_found',
  ]);
  assert.equal((await fetch(`${server.url}/v1/models?format=xml`)).status, 400);
  assert.deepEqual(await statusAndCode(await fetch(`${server.url}/v1/models/%zz`)), [400, 'invalid_path']);
});

test('tokenize and detokenize', async () => {
  await using server = await TestServer.start();
  const tokens = await server.post('/tokenize', { prompt: 'Hé', return_token_strs: true });
  assert.deepEqual(await tokens.json(), {
    count: 3,
    max_model_len: 512,
    tokens: [72, 195, 169],
    token_strs: ['H', '\uFFFD', '\uFFFD'],
  });
  const chat = await server.post('/v1/tokenize', { messages: hello.messages });
  assert.equal(((await chat.json()) as { count: number }).count, 'rendered'.length);
  const back = await server.post('/detokenize', { tokens: [72, 195, 169] });
  assert.deepEqual(await back.json(), { prompt: 'Hé' });
  assert.equal((await server.post('/tokenize', { prompt: 1 })).status, 400);
});

test('health, metrics, the OpenAPI document and its page', async () => {
  await using server = await TestServer.start();
  await (await server.chat()).text();
  await (await server.chat({ model: 'nope' })).text();
  assert.deepEqual(await (await fetch(`${server.url}/health`)).json(), {
    status: 'ok',
    message: 'ok',
    models: [model.id],
  });
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  for (const line of [
    'parley_http_requests_total{route="/chat/completions",status="200"} 1',
    'parley_http_requests_total{route="/chat/completions",status="404"} 1',
    `parley_queue_depth{model="${model.id}"} 7`,
    `parley_engine_steps_total{model="${model.id}"} 4`,
    `parley_completion_tokens_total{model="${model.id}"} 3`,
    `parley_time_to_first_token_seconds_count{model="${model.id}"} 1`,
    `parley_inter_token_seconds_count{model="${model.id}"} 1`,
    'parley_requests_in_flight 1',
  ]) {
    assert.ok(metrics.includes(`${line}\n`), line);
  }
  assert.doesNotMatch(metrics, /nope/);
  const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
    info: { version: string };
    servers: unknown;
  };
  assert.equal(document.info.version, '1.2.3');
  assert.deepEqual(document.servers, [{ url: '/' }]);
  const page = await fetch(`${server.url}/docs`);
  assert.match(page.headers.get('content-security-policy') ?? '', /^default-src 'none'; style-src 'sha256-/);
  const html = await page.text();
  assert.doesNotMatch(html, /<script|<link|src=|https?:\/\/(?!www\.w3\.org)[^<\s]*\.(js|css)/);
  assert.match(html, /id="ChatCompletionRequest"/);
  const targets = new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
  for (const [, target] of html.matchAll(/href="#([^"]+)"/g))
    assert.ok(targets.has(target), `#${target} is missing`);
  assert.match(await (await fetch(server.url)).text(), /\/docs/);
});

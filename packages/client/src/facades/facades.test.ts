import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collect } from '../collect.test.support.ts';
import { AbortError, ParleyError, RateLimitError, StreamInterruptedError, TimeoutError } from '../errors.ts';
import {
  answer,
  completion,
  failing,
  json,
  messages,
  ScriptedServer,
  silence,
  sse,
} from '../server.test.support.ts';
import { atoma, RoleAssistant, RoleSystem, RoleUser } from './atoma.ts';
import { cerebras } from './cerebras.ts';
import { lightcone } from './lightcone.ts';

const hello = json(completion('Hello!'), 200, { 'x-request-id': 'req-1' });
const model = 'llama3.1-8b';
const cold = { warmTCPConnection: false } as const;

/** Runs `work` with environment variables, and puts back those that were there. */
async function withEnvironment(variables: Record<string, string>, work: () => Promise<void>): Promise<void> {
  const before = { ...process.env };
  Object.assign(process.env, variables);
  try {
    await work();
  } finally {
    for (const name of Object.keys(variables)) delete process.env[name];
    Object.assign(process.env, before);
  }
}

test('cerebras: parameters go into the body, the others where they belong', async () => {
  await using server = await ScriptedServer.start(hello);
  const client = cerebras({ apiKey: 'csk', baseURL: server.baseURL, ...cold });
  const answer = await client.chat.completions.create(
    {
      model,
      messages,
      max_tokens: 200,
      cf_ray: 'ray-1',
      x_amz_cf_id: 'amz-1',
      x_delay_time: 0.5,
      extra_headers: { 'x-extra': '1', 'x-both': 'params' },
      extra_query: { q: 1 },
      extra_body: { top_k: 5 },
      timeout: 30,
    },
    { headers: { 'x-both': 'options' } },
  );
  assert.equal(answer.choices[0]?.message.content, 'Hello!');
  const [request] = server.seen;
  assert.deepEqual(request?.body, { model, messages, max_tokens: 200, top_k: 5 });
  assert.equal(request?.url, '/v1/chat/completions?q=1');
  const {
    'cf-ray': ray,
    'x-amz-cf-id': id,
    'x-delay-time': delay,
    'x-extra': extra,
    'x-both': both,
  } = request.headers;
  assert.deepEqual([ray, id, delay, extra, both], ['ray-1', 'amz-1', '0.5', '1', 'options']);
});

test('cerebras: what is null or absent is no header', async () => {
  await using server = await ScriptedServer.start(hello);
  const client = cerebras({ baseURL: server.baseURL, ...cold });
  await client.chat.completions.create({ model, messages, cf_ray: null, x_delay_time: undefined });
  assert.deepEqual(server.seen[0]?.body, { model, messages });
  assert.equal(server.seen[0]?.headers['cf-ray'], undefined);
});

test('cerebras: timeout among the parameters is in seconds, the option in milliseconds', async () => {
  await using server = await ScriptedServer.start(silence);
  const { completions } = cerebras({ baseURL: server.baseURL, maxRetries: 0, ...cold }).chat;
  const expired = (milliseconds: number) => (error: unknown) =>
    error instanceof TimeoutError && error.milliseconds === milliseconds;
  await assert.rejects(completions.create({ model, messages, timeout: 0.05 }), expired(50));
  await assert.rejects(completions.create({ model, messages, timeout: 60 }, { timeout: 40 }), expired(40));
});

test('cerebras: streams, older completions, models, raw responses, warming, life', async () => {
  await using server = await ScriptedServer.start(json({}), sse(answer('Hi')), hello);
  const client = cerebras({ baseURL: server.baseURL.replace('/v1', '/'), apiKey: 'a' });
  assert.equal(client.baseURL, server.baseURL);
  while (server.seen.length < 1) await new Promise(setImmediate);
  assert.equal(server.seen[0]?.url, '/v1/tcp_warming');
  const stream = await client.chat.completions.create({ model, messages, stream: true, cf_ray: 'r' });
  assert.equal((await collect(stream)).length, 3);
  assert.equal(server.seen[1]?.headers['cf-ray'], 'r');
  await client.completions.create({ model, prompt: 'a', cf_ray: 'r2' });
  assert.equal(server.seen[2]?.headers['cf-ray'], 'r2');
  await client.models.list({ format: 'huggingface' });
  const raw = await client.chat.withRawResponse.completions.create({ model, messages, cf_ray: 'r4' });
  assert.deepEqual([raw.requestId, server.seen[4]?.headers['cf-ray']], ['req-1', 'r4']);
  const response = await client.chat.completions.withStreamingResponse.create({ model, messages });
  assert.equal(response.status, 200);
  await client.aclose();
  await assert.rejects(client.models.retrieve('m'), AbortError);
  await using other = client.withOptions({ apiKey: 'b', ...cold });
  await other.models.retrieve('m');
  assert.equal(server.seen.at(-1)?.headers.authorization, 'Bearer b');
});

test('lightcone: createCompletion, without a model too', async () => {
  await using server = await ScriptedServer.start(hello, sse(answer('Hi')), hello);
  const client = lightcone({ apiKey: 'k', baseURL: server.baseURL });
  const developer = [{ role: 'developer', content: 'string' } as const];
  await client.chat.createCompletion({ messages: developer, min_p: 0.1, extra_headers: { 'x-a': '1' } });
  assert.deepEqual(server.seen[0]?.body, { messages: developer, min_p: 0.1 });
  assert.equal(server.seen[0]?.headers['x-a'], '1');
  const stream = await client.chat.createCompletion({ messages, stream: true });
  assert.equal((await collect(stream)).length, 3);
  await client.models.list();
  const { requestId } = await client.chat.createCompletion({ messages }).withResponse();
  assert.equal(requestId, 'req-1');
  await client.withOptions({ apiKey: 'other' }).close();
});

test('atoma: create, and events with data', async () => {
  await using server = await ScriptedServer.start(hello, sse(answer('Hi'), 'silent'), hello);
  const client = atoma({ bearerAuth: async () => 'token', serverURL: server.baseURL });
  const conversation = [
    { role: RoleSystem.SYSTEM, name: 'AI expert', content: 'You are a helpful AI assistant' },
    { role: RoleUser.USER, name: 'John Doe', content: 'Hello!' },
    { role: RoleAssistant.ASSISTANT, name: 'AI', content: 'How can I assist you today?' },
  ];
  const whole = await client.chat.create({ model, messages: conversation, top_logprobs: 1 });
  assert.equal(whole.choices[0]?.message.content, 'Hello!');
  assert.deepEqual(server.seen[0]?.body, { model, messages: conversation, top_logprobs: 1, stream: false });
  assert.equal(server.seen[0]?.headers.authorization, 'Bearer token');
  const events = await collect(await client.chat.stream({ model, messages }));
  assert.deepEqual(events, answer('Hi').map((data) => ({ data }))); // biome-ignore format: one line
  assert.deepEqual(server.seen[1]?.body, { model, messages, stream: true });
  await client.models.modelsList();
  assert.equal(server.seen[2]?.url, '/v1/models');
  await client.withOptions({ timeoutMs: 5 }).close();
});

test('atoma: the stream ends with its block, and a broken one throws', async () => {
  await using server = await ScriptedServer.start(sse(answer('Hi').slice(0, 2), 'hang'));
  const client = atoma({ serverURL: server.baseURL });
  {
    await using events = await client.chat.createStream({ model, messages });
    assert.equal((await events.next()).value.data.choices[0].delta.role, 'assistant');
  }
  await server.idle();
  await using cut = await ScriptedServer.start(sse(answer('Hi').slice(0, 2), 'silent'));
  const broken = await atoma({ serverURL: cut.baseURL }).chat.stream({ model, messages });
  await assert.rejects(collect(broken), StreamInterruptedError);
});

test('atoma: never tried again, but as retries say', async () => {
  const backoff = { initialInterval: 1, maxInterval: 1, exponent: 1, maxElapsedTime: 1000 };
  const retries = { strategy: 'backoff', backoff, retryConnectionErrors: false } as const;
  await using server = await ScriptedServer.start(failing(429));
  const client = atoma({ serverURL: server.baseURL });
  await assert.rejects(client.chat.create({ model, messages }), RateLimitError);
  assert.equal(server.seen.length, 1);
  await using flaky = await ScriptedServer.start(failing(500), failing(500), hello);
  const other = atoma({ serverURL: flaky.baseURL });
  await other.chat.create({ model, messages, retries });
  assert.equal(flaky.seen.length, 3);
  assert.deepEqual(flaky.seen[2]?.body, { model, messages, stream: false });
  await using third = await ScriptedServer.start(failing(500), hello);
  await atoma({ serverURL: third.baseURL }).chat.create({ model, messages }, { retries });
  assert.equal(third.seen.length, 2);
  await using fourth = await ScriptedServer.start(failing(500), hello);
  await atoma({ serverURL: fourth.baseURL, retryConfig: retries }).chat.create({ model, messages });
  assert.equal(fourth.seen.length, 2);
});

test('atoma: stream belongs to the call that is named so, limits are in milliseconds', async () => {
  await using server = await ScriptedServer.start(silence);
  const { chat } = atoma({ serverURL: server.baseURL, timeoutMs: 40 });
  const misplaced = { model, messages, stream: true as unknown as false };
  assert.throws(() => chat.create(misplaced), ParleyError);
  const limit = (milliseconds: number) => (error: unknown) =>
    error instanceof TimeoutError && error.milliseconds === milliseconds;
  await assert.rejects(chat.create({ model, messages }), limit(40));
  await assert.rejects(chat.create({ model, messages }, { timeoutMs: 30 }), limit(30));
});

test('each provider has its own credential and address; that of Parley goes to none', async () => {
  await using server = await ScriptedServer.start(hello);
  const url = server.baseURL;
  const sent = async () => server.seen.splice(0).map(({ headers }) => headers.authorization);
  await withEnvironment({ PARLEY_API_KEY: 'parley', CEREBRAS_BASE_URL: url }, async () => {
    await cerebras(cold).chat.completions.create({ model, messages });
    assert.deepEqual(await sent(), [undefined]);
  });
  const variables = { CEREBRAS_API_KEY: 'c', TZAFON_API_KEY: 't', ATOMASDK_BEARER_AUTH: 'a' };
  const addresses = { CEREBRAS_BASE_URL: url, LIGHTCONE_BASE_URL: url, ATOMASDK_SERVER_URL: url };
  await withEnvironment({ ...variables, ...addresses }, async () => {
    await cerebras(cold).chat.completions.create({ model, messages });
    await lightcone().chat.createCompletion({ messages });
    await atoma().chat.create({ model, messages });
    assert.deepEqual(await sent(), ['Bearer c', 'Bearer t', 'Bearer a']);
  });
  assert.deepEqual(
    [cerebras(cold).baseURL, lightcone().baseURL, atoma().baseURL],
    ['https://api.cerebras.ai/v1', 'https://api.tzafon.ai/v1', 'https://api.atoma.network/v1'],
  );
});

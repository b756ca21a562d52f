/** The client against the real server, with the model that comes with it. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { z } from 'zod';
import { CliProcess } from '../../parley/test/cli-process.ts';
import { collect } from '../src/collect.test.support.ts';
import { atoma } from '../src/facades/atoma.ts';
import { cerebras } from '../src/facades/cerebras.ts';
import { lightcone } from '../src/facades/lightcone.ts';
import { AuthenticationError, BadRequestError, NotFoundError, Parley } from '../src/index.ts';

const model = 'parley-tiny';
const messages = [{ role: 'user', content: 'Hello!' } as const];
const apiKey = 'key-of-the-tests';

let server: CliProcess;
let url = '';
let client: Parley;

before(async () => {
  server = new CliProcess(['serve', '--port', '0', '--parallel', '4', '--api-key', apiKey]);
  url = await server.url();
  client = new Parley({ baseURL: `${url}/v1`, apiKey });
});
after(() => server[Symbol.asyncDispose]());

const greedy = { messages, temperature: 0, max_completion_tokens: 24 } as const;

test('whole, streamed and put together are one answer', async () => {
  const whole = await client.chat.completions.create(greedy);
  assert.match(whole.requestId ?? '', /./);
  assert.ok(whole.usage.completion_tokens > 0);
  const text = whole.choices[0]?.message.content;
  assert.ok(text);

  const chunks = await collect(await client.chat.completions.create({ ...greedy, stream: true }));
  assert.equal(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join(''), text);

  const stream = client.chat.stream({ ...greedy, n: 2, logprobs: true, return_token_ids: true });
  const final = await stream.final();
  const expected = await client.chat.completions.create({
    ...greedy,
    n: 2,
    logprobs: true,
    return_token_ids: true,
  });
  assert.deepEqual(final.choices, expected.choices);
  assert.equal(final.object, expected.object);
  assert.deepEqual(Object.keys(final).sort(), Object.keys(expected).sort());
  assert.equal(final.usage.completion_tokens, expected.usage.completion_tokens);
});

test('a compressed request, and the report of the server', async () => {
  const { data, response } = await client.chat.completions
    .create<{ not_a_parameter: number }>({ ...greedy, not_a_parameter: 1 }, { compress: 1 })
    .withResponse();
  assert.ok(data.choices[0]);
  assert.match(response.headers.get('x-parley-parameters') ?? '', /not_a_parameter;ignored/);
});

test('errors say what the caller can do', async () => {
  const { completions } = client.chat;
  await assert.rejects(completions.create({ messages, temperature: 3 }), (error) => {
    assert.ok(error instanceof BadRequestError);
    assert.deepEqual([error.status, error.param, error.code], [400, 'temperature', 'out_of_range']);
    assert.match(error.requestId ?? '', /./);
    return true;
  });
  await assert.rejects(completions.create({ messages, model: 'nobody' }), NotFoundError);
  await assert.rejects(client.withOptions({ apiKey: 'wrong' }).models.list(), AuthenticationError);
});

test('a schema is enforced and read, whole and streamed', async () => {
  const schema = z.object({
    name: z.string().max(12),
    age: z.number().int().min(0).max(120),
    nick: z.string().max(8).optional(),
  });
  const params = { messages, schema, max_completion_tokens: 200, seed: 1 };
  const { parsed } = await client.chat.parse(params);
  assert.equal(schema.safeParse(parsed).success, true);
  const stream = await client.chat.parse({ ...params, stream: true });
  const partials = await collect(stream);
  assert.ok(partials.length > 2);
  assert.deepEqual((await stream.final()).parsed, parsed);
});

test('stored completions: list, retrieve, messages, update, delete', async () => {
  const { completions } = client.chat;
  const ids: string[] = [];
  for (const turn of ['1', '2', '3']) {
    const { id } = await completions.create({ ...greedy, store: true, metadata: { turn, suite: 'client' } });
    ids.push(id);
  }
  const listed = await collect(completions.list({ limit: 2, metadata: { suite: 'client' } }));
  assert.deepEqual(
    listed.map(({ id }) => id),
    ids,
  );
  const id = ids[0] ?? '';
  assert.equal((await completions.retrieve(id)).metadata.turn, '1');
  assert.equal((await completions.messages.list(id)).data[0]?.content, 'Hello!');
  assert.deepEqual((await completions.update(id, { metadata: { turn: '9' } })).metadata, { turn: '9' });
  assert.equal((await completions.delete(id)).deleted, true);
  await assert.rejects(completions.retrieve(id), NotFoundError);
});

test('models and older completions', async () => {
  assert.equal((await client.models.list()).data[0]?.id, model);
  assert.ok((await client.models.list({ format: 'openrouter' })).data[0]?.pricing);
  const { parameters } = await client.models.retrieve(model);
  assert.equal(parameters?.temperature?.honoured, true);
  const prompt = { prompt: 'Hello', max_tokens: 8, temperature: 0 };
  const { choices } = await client.completions.create(prompt);
  const chunks = await collect(await client.completions.create({ ...prompt, stream: true }));
  assert.equal(chunks.map((chunk) => chunk.choices[0]?.text ?? '').join(''), choices[0]?.text);
});

test('leaving a stream frees its place', async () => {
  for (let i = 0; i < 12; i++) {
    const stream = await client.chat.completions.create({ messages, stream: true, ignore_eos: true });
    for await (const _ of stream) break;
  }
  assert.ok((await client.chat.completions.create(greedy)).choices[0]);
});

test('the facades speak to the providers’ base paths', async () => {
  const seed = { model, messages, temperature: 0, max_completion_tokens: 16 };
  await using c = cerebras({ apiKey, baseURL: `${url}/cerebras` });
  const answered = await c.chat.completions
    .create({ ...seed, cf_ray: 'ray-7', x_delay_time: 0 })
    .withResponse();
  assert.equal(answered.response.headers.get('cf-ray'), 'ray-7');
  assert.ok(answered.data.time_info);
  const chunks = await collect(await c.chat.completions.create({ ...seed, stream: true }));
  assert.ok(chunks.at(-1)?.usage);
  await assert.rejects(c.chat.completions.create({ ...seed, top_k: 3 }), (error) => {
    return error instanceof BadRequestError && error.param === 'top_k';
  });

  await using l = lightcone({ apiKey, baseURL: `${url}/lightcone` });
  assert.ok((await l.chat.createCompletion({ messages, max_tokens: 8 })).choices[0]);

  await using a = atoma({ bearerAuth: apiKey, serverURL: `${url}/atoma` });
  const { model: _, ...rest } = seed;
  const whole = await a.chat.create({ model, ...rest });
  const events = await collect(await a.chat.stream({ model, ...rest }));
  const text = events.map(({ data }) => data.choices[0]?.delta.content ?? '').join('');
  assert.equal(text, whole.choices[0]?.message.content);
  assert.ok(events.at(-1)?.data.usage);
});

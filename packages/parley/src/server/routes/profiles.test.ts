import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROFILES, type Profile } from '@parley/protocol';
import type { ChatEvent } from '../../core/event.ts';
import { script } from '../chat-answers.test.support.ts';
import { end, model, tail, text } from '../fake-backend.test.support.ts';
import { readEvents, TestServer } from '../test-server.test.support.ts';

type Json = Record<string, unknown>;

const hello = { model: 'tiny', messages: [{ role: 'user', content: 'Hi' }] };

/** Says something in every field that there is. */
const everything: ChatEvent[] = [
  { type: 'reasoning-delta', choice: 0, text: 'hm', tokenCount: 1 },
  text('Hello'),
  { ...end(0, 'stop'), stop: 'x' } as ChatEvent,
  ...tail(3),
];

async function chat(server: TestServer, name: Profile['name'], parameters: object = {}, init?: RequestInit) {
  return server.post(`/${name}/v1/chat/completions`, { ...hello, ...parameters }, init);
}

async function json(response: Response): Promise<Json> {
  return (await response.json()) as Json;
}

const keys = (value: unknown) => Object.keys(value as object).sort();
const first = (body: Json) => (body.choices as Json[])[0] ?? {};

const ANSWERS = {
  cerebras: [
    'choices created id model object system_fingerprint time_info usage',
    'finish_reason index message',
    'content reasoning role',
  ],
  lightcone: [
    'choices created id model object system_fingerprint usage',
    'finish_reason index logprobs message stop_reason',
    'content reasoning reasoning_content refusal role',
  ],
  atoma: [
    'choices created id model object service_tier system_fingerprint usage',
    'finish_reason index logprobs message',
    'content refusal role',
  ],
} as const;

for (const { name } of PROFILES) {
  test(`${name}: an answer has the provider's fields and no others`, async () => {
    await using server = await TestServer.start();
    server.backend.script = script(...everything);
    const response = await chat(server, name);
    assert.equal(response.status, 200);
    const body = await json(response);
    const message = first(body).message as Json;
    assert.deepEqual(
      [body, first(body), message].map((value) => keys(value).join(' ')),
      ANSWERS[name],
    );
    assert.equal(message.content, 'Hello');
  });

  test(`${name}: a chunk has the provider's fields, and usage in the provider's place`, async () => {
    await using server = await TestServer.start();
    server.backend.script = script(...everything);
    const events = await readEvents(await chat(server, name, { stream: true }));
    assert.equal(events.pop(), '[DONE]');
    const chunks = events.map((data): Json => JSON.parse(data));
    assert.equal(
      chunks.map((chunk) => (first(chunk).delta as Json | undefined)?.content ?? '').join(''),
      'Hello',
    );
    const [last, before] = [chunks.at(-1) ?? {}, chunks.at(-2) ?? {}];
    const places = {
      cerebras: [
        ['stop', 3, 'number'],
        [null, undefined],
      ],
      lightcone: [
        ['stop', undefined, 'undefined'],
        [null, undefined],
      ],
      atoma: [
        [undefined, 3, 'undefined'],
        ['stop', undefined],
      ],
    };
    const completion = (chunk: Json) => (chunk.usage as Json | null | undefined)?.completion_tokens;
    assert.deepEqual(
      [
        [
          first(last).finish_reason,
          completion(last),
          typeof (last.time_info as Json | undefined)?.total_time,
        ],
        [first(before).finish_reason, completion(before)],
      ],
      places[name],
    );
    const delta = chunks
      .map((chunk) => first(chunk).delta as Json | undefined)
      .find((each) => each && keys(each).some((key) => key.startsWith('reasoning')));
    assert.deepEqual(
      keys(delta),
      {
        cerebras: ['reasoning'],
        lightcone: ['reasoning', 'reasoning_content'],
        atoma: ['reasoning_content'],
      }[name],
    );
  });

  test(`${name}: a foreign parameter, a missing one and a wrong one are 400 in the provider's words`, async () => {
    await using server = await TestServer.start();
    for (const [parameters, param] of [
      [{ metadata: { a: 'b' } }, 'metadata'],
      [{ parley: {} }, 'parley'],
      [{ messages: null }, 'messages'],
      [{ n: 0 }, 'n'],
      [{ temperature: 2.5 }, 'temperature'],
    ] as const) {
      const response = await chat(server, name, parameters);
      assert.equal(response.status, 400);
      const body = await json(response);
      const error = (name === 'cerebras' ? body : body.error) as Json;
      assert.match(String(error.message), new RegExp(`^${param} `));
      if (name === 'atoma') {
        assert.deepEqual(
          [keys(body), keys(error), error.code],
          [['error'], ['code', 'message'], 'REQUEST_ERROR'],
        );
        continue;
      }
      assert.deepEqual([keys(error), error.param], [['code', 'message', 'param', 'type'], param]);
      if (name === 'cerebras') assert.equal(error.code, 'wrong_api_format');
      else assert.deepEqual(keys(body), ['error']);
    }
    assert.equal(server.backend.calls.length, 0);
  });

  test(`${name}: the operator's leniency does not widen what the provider documents`, async () => {
    await using server = await TestServer.start({ unsupported: 'report' });
    assert.equal((await chat(server, name, { metadata: { a: 'b' } })).status, 400);
  });

  test(`${name}: other failures have the same shape`, async () => {
    await using server = await TestServer.start({ keys: ['secret'] });
    const authorized = { headers: { authorization: 'Bearer secret' } };
    for (const [response, status, code] of [
      [
        await chat(server, name),
        401,
        { cerebras: 'wrong_api_key', lightcone: 'invalid_api_key', atoma: 'AUTH_ERROR' },
      ],
      [
        await chat(server, name, { model: 'nope' }, authorized),
        404,
        { cerebras: 'model_not_found', lightcone: 'model_not_found', atoma: 'NOT_FOUND' },
      ],
      [
        await fetch(`${server.url}/${name}/v1/nothing`, authorized),
        404,
        { cerebras: 'unknown_url', lightcone: 'unknown_url', atoma: 'NOT_FOUND' },
      ],
    ] as const) {
      const body = await json(response);
      assert.deepEqual([response.status, ((body.error ?? body) as Json).code], [status, code[name]]);
    }
  });

  test(`${name}: a failure in the middle of a stream`, async () => {
    await using server = await TestServer.start();
    server.backend.script = async function* (request, context) {
      yield* script(text('Hel'))(request, context);
      await new Promise(setImmediate);
      throw new Error('broken');
    };
    const events = await readEvents(await chat(server, name, { stream: true }));
    assert.equal(events.pop(), '[DONE]');
    const failure: Json = JSON.parse(events.pop() ?? '');
    const code = name === 'atoma' ? 'INTERNAL_ERROR' : 'internal_error';
    assert.equal((failure.error as Json).code, code);
    assert.equal(failure.status_code, name === 'atoma' ? undefined : 500);
  });

  test(`${name}: models`, async () => {
    await using server = await TestServer.start();
    const base = `${server.url}/${name}/v1/models`;
    const plain = { id: model.id, object: 'model', created: model.created, owned_by: model.ownedBy };
    assert.deepEqual(await json(await fetch(base)), { object: 'list', data: [plain] });
    assert.deepEqual(await json(await fetch(`${base}/${model.id}`)), plain);
    assert.equal((await fetch(`${base}/nope`)).status, 404);
    const { data } = await json(await fetch(`${base}?format=openrouter`));
    assert.equal(keys((data as Json[])[0]).includes('pricing'), name === 'cerebras');
  });
}

test('legacy completions where the provider has them', async () => {
  await using server = await TestServer.start();
  for (const [name, expected] of [
    ['cerebras', [200, 'finish_reason index text']],
    ['atoma', [200, 'finish_reason index logprobs text']],
  ] as const) {
    const response = await server.post(`/${name}/v1/completions`, { model: 'tiny', prompt: 'a' });
    assert.deepEqual([response.status, keys(first(await json(response))).join(' ')], expected);
    assert.equal((await server.post(`/${name}/v1/completions`, { prompt: 'a' })).status, 400);
    const streamed = await server.post(`/${name}/v1/completions`, {
      model: 'tiny',
      prompt: 'a',
      stream: true,
    });
    assert.equal((await readEvents(streamed)).at(-1), '[DONE]');
  }
  assert.equal((await server.post('/lightcone/v1/completions', { prompt: 'a' })).status, 404);
});

test('what only one provider has', async () => {
  await using server = await TestServer.start({ keys: ['secret'] });
  assert.equal((await fetch(`${server.url}/cerebras/v1/tcp_warming`)).status, 200);
  const headers = { authorization: 'Bearer secret' };
  assert.equal((await fetch(`${server.url}/atoma/v1/tcp_warming`, { headers })).status, 404);
  const openRouter = await json(await fetch(`${server.url}/atoma/v1/open_router/models`, { headers }));
  assert.equal((openRouter.data as Json[])[0]?.id, model.id);
  assert.equal(
    (await server.post('/lightcone/v1/chat/completions', { messages: hello.messages }, { headers })).status,
    200,
  );
});

test('Atoma: top_logprobs alone is let pass and reported; streams may end without [DONE]', async () => {
  await using server = await TestServer.start({ atomaOmitsDone: true });
  const lone = await chat(server, 'atoma', { top_logprobs: 1 });
  assert.deepEqual([lone.status, lone.headers.get('x-parley-parameters')], [200, 'top_logprobs;ignored']);
  const events = await readEvents(await chat(server, 'atoma', { stream: true }));
  assert.deepEqual(JSON.parse(events.at(-1) ?? '').choices, []);
  server.backend.script = script(text('Hel'));
  const broken = await readEvents(await chat(server, 'atoma', { stream: true }));
  assert.equal(JSON.parse(broken.at(-1) ?? '').error.code, 'INTERNAL_ERROR');
  for (const name of ['cerebras', 'lightcone'] as const) {
    assert.equal((await readEvents(await chat(server, name, { stream: true }))).at(-1), '[DONE]');
  }
});

test('a wish about usage that the provider does not heed is reported', async () => {
  await using server = await TestServer.start();
  const asks = async (name: Profile['name'], include_usage: boolean) => {
    const response = await chat(server, name, { stream: true, stream_options: { include_usage } });
    const events = await readEvents(response);
    const usages = events.slice(0, -1).map((data) => JSON.parse(data).usage);
    return [response.headers.get('x-parley-parameters'), usages.filter((usage) => usage).length];
  };
  const told = 'stream_options.include_usage;translated';
  assert.deepEqual(await asks('cerebras', true), [told, 1]);
  assert.deepEqual(await asks('cerebras', false), [told, 1]);
  assert.deepEqual(await asks('lightcone', true), [null, 1]);
  assert.deepEqual(await asks('lightcone', false), [null, 0]);
  assert.deepEqual(await asks('atoma', true), [null, 1]);
  assert.deepEqual(await asks('atoma', false), [told, 1]);
});

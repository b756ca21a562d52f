import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StoredChatCompletion } from '@parley/protocol';
import { ApiError } from '@parley/protocol';
import type { ChatEvent } from '../src/core/event.ts';
import {
  end,
  type Script,
  start,
  tail,
  text,
  untilAborted,
} from '../src/server/fake-backend.test.support.ts';
import {
  failure,
  httpRequest,
  RawClient,
  readEvents,
  statusAndCode,
} from '../src/server/test-server.test.support.ts';
import { path, StoringServer } from './stored-server.ts';

const token = { id: 1, bytes: new TextEncoder().encode('Hi'), logprob: -0.5, top: [] };

/** Everything that an answer can have. */
const rich: Script = async function* (_request, context) {
  yield start(context);
  yield { type: 'reasoning-delta', choice: 0, text: 'Hm', tokenCount: 1 };
  yield { type: 'text-delta', choice: 0, text: 'Hi', tokenCount: 1, tokens: [token] };
  yield {
    type: 'tool-call-start',
    choice: 1,
    index: 0,
    id: 'call_1',
    kind: 'function',
    name: 'f',
    tokenCount: 1,
  };
  yield { type: 'tool-call-delta', choice: 1, index: 0, arguments: '{"a":', tokenCount: 1 };
  yield { type: 'text-delta', choice: 0, text: ' there', tokenCount: 1, tokens: [token] };
  yield { type: 'tool-call-delta', choice: 1, index: 0, arguments: '1}', tokenCount: 1 };
  yield end(0);
  yield end(1, 'tool_calls');
  yield* tail(8);
};

const asked = {
  n: 2,
  logprobs: true,
  temperature: 0.5,
  top_p: 0.9,
  seed: 7,
  frequency_penalty: 0.1,
  presence_penalty: 0.2,
  tools: [{ type: 'function', function: { name: 'f' } }],
  tool_choice: 'auto',
  response_format: { type: 'text' },
  service_tier: 'default',
  user: 'u1',
  safety_identifier: 's1',
  prompt_cache_key: 'p1',
  metadata: { run: '1' },
};

const kept: Partial<StoredChatCompletion> = {
  temperature: 0.5,
  top_p: 0.9,
  seed: 7,
  frequency_penalty: 0.1,
  presence_penalty: 0.2,
  tools: [{ type: 'function', function: { name: 'f' } }],
  tool_choice: 'auto',
  response_format: { type: 'text' },
  input_user: 'u1',
  safety_identifier: 's1',
  prompt_cache_key: 'p1',
  metadata: { run: '1' },
};

test('store: true keeps the answer as it was sent, with what it was asked for', async () => {
  await using storing = await StoringServer.start();
  storing.server.backend.script = rich;
  const sent = await storing.keep(asked);
  assert.deepEqual(await storing.retrieve(sent.id), { ...sent, ...kept, request_id: sent.id });
});

test('what was not asked for is null, and the request id is the one that the answer had', async () => {
  await using storing = await StoringServer.start();
  const sent = await storing.keep({}, { headers: { 'x-request-id': 'mine' } });
  const nothing = Object.fromEntries(Object.keys(kept).map((name) => [name, null]));
  const expected = { ...sent, ...nothing, metadata: {}, request_id: 'mine' };
  assert.deepEqual(await storing.retrieve(sent.id), expected);
});

test('a streamed answer is kept as what an unstreamed one would have been', async () => {
  await using storing = await StoringServer.start();
  storing.server.backend.script = rich;
  const whole = await storing.keep(asked);
  const events = await readEvents(
    await storing.server.chat({
      store: true,
      ...asked,
      stream: true,
      stream_options: { include_usage: false },
    }),
  );
  assert.equal(events.at(-1), '[DONE]');
  const { id } = JSON.parse(events[0] ?? '');
  assert.deepEqual(await storing.retrieve(id), { ...(await storing.retrieve(whole.id)), id, request_id: id });
});

test('the older forms of tools are kept as tools', async () => {
  await using storing = await StoringServer.start();
  const { id } = await storing.keep({ functions: [{ name: 'f' }], function_call: { name: 'f' } });
  const { tools, tool_choice } = await storing.retrieve(id);
  const f = { type: 'function', function: { name: 'f' } };
  assert.deepEqual([tools, tool_choice], [[f], f]);
});

test('without store: true nothing is kept', async () => {
  await using storing = await StoringServer.start();
  for (const parameters of [{}, { store: false }, { store: null, metadata: {} }]) {
    assert.equal((await storing.server.chat(parameters)).status, 200);
  }
  assert.deepEqual(await storing.ids(), []);
});

for (const stream of [false, true]) {
  const kind = stream ? 'streamed' : 'whole';

  test(`a ${kind} answer that its caller cuts off is not kept`, async () => {
    await using storing = await StoringServer.start();
    storing.server.backend.script = async function* (_request, context) {
      yield start(context);
      yield text('Hel');
      await untilAborted(context.signal);
    };
    using client = await RawClient.open(storing.server.url);
    const body = { messages: [{ role: 'user', content: 'Hi' }], store: true, stream };
    client.send(httpRequest(path, JSON.stringify(body)));
    await storing.server.backend.untilRunning(1);
    client.socket.destroy();
    await storing.server.settled();
    assert.deepEqual(await storing.ids(), []);
  });

  test(`a ${kind} answer that fails or breaks off is not kept`, async () => {
    await using storing = await StoringServer.start();
    const scripts: ChatEvent[][] = [[], [text('a')], [text('a'), end()]];
    for (const events of scripts) {
      storing.server.backend.script = async function* (_request, context) {
        yield start(context);
        yield* events;
        if (events.length === 0) throw new Error('broken');
      };
      const answer = await (await storing.server.chat({ store: true, stream })).text();
      assert.match(answer, /"code":"internal_error"/);
    }
    assert.deepEqual(await storing.ids(), []);
  });

  test(`the end of a ${kind} answer waits until it is kept`, async () => {
    const gate = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    const add = async () => {
      reached.resolve();
      await gate.promise;
    };
    await using storing = await StoringServer.start({}, { add });
    using client = await RawClient.open(storing.server.url);
    const body = { messages: [{ role: 'user', content: 'Hi' }], store: true, stream };
    client.send(httpRequest(path, JSON.stringify(body), { connection: 'close' }));
    await reached.promise;
    for (let i = 0; i < 20; i++) await new Promise(setImmediate);
    assert.ok(stream ? client.received.includes(' world') : client.received === '', client.received);
    assert.doesNotMatch(client.received, /DONE|"finish_reason":"stop"/);
    gate.resolve();
    await client.ended;
    assert.match(client.received, stream ? /\[DONE\]/ : /"finish_reason":"stop"/);
  });

  test(`a ${kind} answer that cannot be kept is a failure before its end`, async () => {
    const add = async () => {
      throw new ApiError({
        status: 500,
        type: 'server_error',
        code: 'storage_failed',
        message: 'Not stored.',
      });
    };
    await using storing = await StoringServer.start({}, { add });
    const response = await storing.server.chat({ store: true, stream });
    if (!stream) assert.deepEqual(await statusAndCode(response), [500, 'storage_failed']);
    else {
      const events = await readEvents(response);
      assert.deepEqual(JSON.parse(events.at(-2) ?? ''), {
        error: { message: 'Not stored.', type: 'server_error', param: null, code: 'storage_failed' },
        status_code: 500,
      });
      assert.doesNotMatch(events.join(), /"finish_reason":"/);
    }
    await storing.server.settled();
    assert.deepEqual(storing.server.lines.at(-1)?.fields.code, 'storage_failed');
  });
}

test('an id that is taken is refused before the model works', async () => {
  await using storing = await StoringServer.start();
  await storing.keep({ request_id: 'mine' });
  const again = await storing.server.chat({ store: true, request_id: 'mine' });
  const { status, param } = await failure(again);
  assert.deepEqual([status, param], [400, 'request_id']);
  assert.equal(storing.server.backend.calls.length, 1);
  // Without store there is nothing in the way.
  assert.equal((await storing.server.chat({ request_id: 'mine' })).status, 200);
});

test('metadata needs store: true, unless the caller is lenient and reads that it was ignored', async () => {
  await using storing = await StoringServer.start();
  const { status, param, code, message } = await failure(await storing.server.chat({ metadata: { a: 'b' } }));
  assert.deepEqual([status, param, code], [400, 'metadata', 'unsupported_parameter']);
  assert.match(message, /only allowed with store: true/);
  const lenient = { metadata: { a: 'b' }, parley: { unsupported: 'report' } };
  const response = await storing.server.chat(lenient);
  assert.deepEqual([response.status, response.headers.get('x-parley-parameters')], [200, 'metadata;ignored']);
  assert.deepEqual(await storing.ids(), []);
});

test('a server without a store says so', async () => {
  await using storing = await StoringServer.start({ store: undefined });
  const { status, param, message } = await failure(await storing.server.chat({ store: true }));
  assert.deepEqual([status, param], [400, 'store']);
  assert.match(message, /keeps no answers/);
  const lenient = { store: true, metadata: { a: 'b' }, parley: { unsupported: 'report' } };
  const response = await storing.server.chat(lenient);
  assert.equal(response.headers.get('x-parley-parameters'), 'store;ignored, metadata;ignored');
  for (const target of [path, `${path}/x`, `${path}/x/messages`]) {
    assert.deepEqual(await statusAndCode(await storing.send('GET', target)), [404, 'storing_disabled']);
  }
  const model = JSON.stringify(await storing.read('/v1/models/tiny'));
  assert.match(model, /"store":\{"honoured":false,"reason":"this server keeps no answers/);
});

test('the log names the ids that a request brings, cut to a length', async () => {
  await using storing = await StoringServer.start();
  const ids = { user: 'u'.repeat(500), safety_identifier: 's1', prompt_cache_key: 'p1' };
  await (await storing.server.chat({ ...ids, metadata: {} })).text();
  await (await storing.server.post('/v1/completions', { prompt: 'Hi', user: 'u2' })).text();
  await storing.server.settled();
  const lines = storing.server.lines.filter(({ level }) => level === 'info').map(({ fields }) => fields);
  const logged = lines.map(({ user, safety_identifier, prompt_cache_key }) => [
    user,
    safety_identifier,
    prompt_cache_key,
  ]);
  assert.deepEqual(logged, [
    ['u'.repeat(128), 's1', 'p1'],
    ['u2', undefined, undefined],
  ]);
});

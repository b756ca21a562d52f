import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { Parley } from './client.ts';
import {
  ApiError,
  AuthenticationError,
  BadRequestError,
  NotFoundError,
  ParleyError,
  RateLimitError,
  ServerError,
} from './errors.ts';
import { failing, json, messages, ScriptedServer, sse } from './server.test.support.ts';

const KINDS: readonly [status: number, kind: typeof ApiError][] = [
  [400, BadRequestError],
  [401, AuthenticationError],
  [402, BadRequestError],
  [403, AuthenticationError],
  [404, NotFoundError],
  [408, ServerError],
  [409, ServerError],
  [413, BadRequestError],
  [422, BadRequestError],
  [425, BadRequestError],
  [429, RateLimitError],
  [500, ServerError],
  [503, ServerError],
];

async function failure(server: ScriptedServer, apiKey = 'k'): Promise<ApiError> {
  const client = new Parley({ baseURL: server.baseURL, apiKey, maxRetries: 0 });
  const error: unknown = await client.chat.completions.create({ messages }).catch((cause) => cause);
  assert.ok(error instanceof ApiError, String(error));
  return error;
}

for (const [status, kind] of KINDS) {
  test(`${status} is a ${kind.name}, with all that the server says`, async () => {
    await using server = await ScriptedServer.start(
      failing(status, { 'x-request-id': 'req-9', 'x-more': '1' }),
    );
    const error = await failure(server);
    assert.equal(error.constructor, kind);
    assert.equal(error.name, kind.name);
    assert.ok(error instanceof ParleyError);
    const { type, code, param, requestId, message, headers } = error;
    assert.deepEqual(
      { status: error.status, type, code, param, requestId, message },
      {
        status,
        type: 'some_error',
        code: 'some_code',
        param: 'model',
        requestId: 'req-9',
        message: `${status} no`,
      },
    );
    assert.equal(headers.get('x-more'), '1');
  });
}

test('all shapes of error bodies give a message', async () => {
  const shapes: [unknown, string][] = [
    [{ message: 'flat', type: 't', param: null, code: null }, '400 flat'],
    [{ error: { code: 'NOT_FOUND', message: 'short' } }, '400 short'],
    [{ error: 'text' }, '400 text'],
    [{ detail: [{ loc: ['body'], msg: 'bad' }] }, '400 [{"loc":["body"],"msg":"bad"}]'],
    [{ odd: 1 }, '400 {"odd":1}'],
    ['just text', '400 just text'],
    [null, '400 null'],
  ];
  for (const [body, message] of shapes) {
    await using server = await ScriptedServer.start(json(body, 400));
    assert.equal((await failure(server)).message, message);
  }
});

test('bodies that are no JSON, or empty, give a message too', async () => {
  await using server = await ScriptedServer.start(
    (response) => {
      response.writeHead(502, { 'content-type': 'text/html' }).end(`<h1>Bad gateway</h1>${'x'.repeat(5000)}`);
    },
    (response) => {
      response.writeHead(503).end();
    },
  );
  const { message } = await failure(server);
  assert.match(message, /^502 <h1>Bad gateway/);
  assert.ok(message.length < 1100);
  assert.equal((await failure(server)).message, '503 Service Unavailable');
});

test('credentials are in no error and in no view of a client', async () => {
  const key = 'a-key-of-no-known-form';
  const echo = `Incorrect key ${key}, Bearer abc.def, api_key=xyz, sk-0123456789abcdef`;
  await using server = await ScriptedServer.start(
    failing(401, {}, echo),
    sse([{ error: { message: `Bearer ${key}` } }]),
  );
  const client = new Parley({ baseURL: server.baseURL, apiKey: key, maxRetries: 0 });
  const whole = await failure(server, key);
  const streamed: unknown = await client.chat.completions
    .create({ messages, stream: true })
    .catch((cause: unknown) => cause);
  const views = [whole, streamed, client, client.chat, client.withOptions({ timeout: 1 })].flatMap(
    (value) => [inspect(value, { depth: 9, showHidden: true }), String(value), JSON.stringify(value) ?? ''],
  );
  for (const view of views) assert.doesNotMatch(view, /a-key-of-no|abc\.def|xyz|0123456789abcdef/);
  assert.match(
    whole.message,
    /^401 Incorrect key \[redacted\], Bearer \[redacted\], api_key=\[redacted\], sk-\[red/,
  );
});

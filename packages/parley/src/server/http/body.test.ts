import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { pack } from 'msgpackr';
import { failure, httpRequest, RawClient, statusAndCode, TestServer } from '../test-server.test.support.ts';

const path = '/v1/chat/completions';
const hello = { model: 'tiny', messages: [{ role: 'user', content: 'Hi' }] };

test('bodies come compressed, in MessagePack, pretty-printed, with a byte order mark', async () => {
  await using server = await TestServer.start();
  const json = JSON.stringify(hello);
  const cases: [string, RequestInit['body'], Record<string, string>][] = [
    ['gzip', gzipSync(json), { 'content-encoding': 'gzip' }],
    ['deflate', deflateSync(json), { 'content-encoding': 'deflate' }],
    ['raw deflate', deflateRawSync(json), { 'content-encoding': 'deflate' }],
    ['br', brotliCompressSync(json), { 'content-encoding': 'br' }],
    ['msgpack', new Uint8Array(pack(hello)), { 'content-type': 'application/vnd.msgpack' }],
    [
      'gzip msgpack',
      gzipSync(pack(hello)),
      { 'content-type': 'application/msgpack', 'content-encoding': 'gzip' },
    ],
    [
      'pretty',
      JSON.stringify(hello, null, 2),
      { 'content-type': 'application/json; charset=UTF-8', cookie: '' },
    ],
    ['mark', `\uFEFF${json}`, { 'x-stainless-lang': 'js' }],
  ];
  for (const [name, body, headers] of cases) {
    const response = await server.post(path, undefined, { body, headers });
    assert.equal(response.status, 200, name);
    await response.body?.cancel();
  }
  assert.ok(server.backend.calls.length === cases.length);
  assert.ok(
    server.backend.calls.every(
      ({ request }) => request.model === 'tiny' && request.input.kind === 'messages',
    ),
  );
});

test('a seed of 64 bits keeps its digits in MessagePack', async () => {
  await using server = await TestServer.start();
  const body = new Uint8Array(pack({ ...hello, seed: 2n ** 63n + 1n }));
  const headers = { 'content-type': 'application/msgpack' };
  assert.equal((await server.post(path, undefined, { body, headers })).status, 200);
  assert.equal(server.backend.calls[0]?.request.parameters.seed, '9223372036854775809');
});

test('bad bodies are refused with a reason, and the server goes on', async () => {
  await using server = await TestServer.start();
  const nested = `{"messages":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
  const cases: [string, RequestInit['body'] | undefined, Record<string, string>, number, string][] = [
    ['none', undefined, {}, 400, 'invalid_body'],
    ['not JSON', '{"a": nope}', {}, 400, 'invalid_json'],
    ['cut', '{"a": [1, 2', {}, 400, 'invalid_json'],
    ['NaN', '{"temperature": NaN}', {}, 400, 'invalid_json'],
    ['no object', '[1]', {}, 400, 'invalid_type'],
    [
      'half a character',
      new Uint8Array([...Buffer.from('{"a":"'), 0xc3, 0x22, 0x7d]),
      {},
      400,
      'invalid_utf8',
    ],
    ['deep', nested, {}, 400, 'invalid_value'],
    [
      'deep msgpack',
      new Uint8Array(200_000).fill(0x91, 0, 199_999),
      { 'content-type': 'application/msgpack' },
      400,
      'invalid_msgpack',
    ],
    ['text', JSON.stringify(hello), { 'content-type': 'text/plain' }, 415, 'unsupported_media_type'],
    ['latin1', '{}', { 'content-type': 'application/json; charset=latin1' }, 415, 'unsupported_media_type'],
    ['zip', '{}', { 'content-encoding': 'zip' }, 415, 'unsupported_content_encoding'],
    ['false gzip', '{}', { 'content-encoding': 'gzip' }, 400, 'invalid_body'],
    [
      'cut gzip',
      gzipSync(JSON.stringify(hello)).subarray(0, 30),
      { 'content-encoding': 'gzip' },
      400,
      'invalid_body',
    ],
  ];
  for (const [name, body, headers, status, code] of cases) {
    const response = await server.post(path, undefined, { body: body ?? null, headers });
    assert.deepEqual(await statusAndCode(response), [status, code], name);
  }
  assert.equal(server.backend.calls.length, 0);
  assert.equal((await server.chat()).status, 200);
});

test('invalid JSON is located, and not quoted', async () => {
  await using server = await TestServer.start();
  const response = await server.post(path, undefined, { body: '{\n  "secret": oops\n}' });
  const { message } = await failure(response);
  assert.match(message, /position 14 \(line 2, column 13\)/);
  assert.doesNotMatch(message, /secret|oops/);
});

test('wrong values are named by their path', async () => {
  await using server = await TestServer.start();
  const { status, param } = await failure(await server.chat({ temperature: 'hot' }));
  assert.deepEqual([status, param], [400, 'temperature']);
  const unknown = await failure(await server.chat({ model: 'nope' }));
  assert.deepEqual([unknown.status, unknown.param, unknown.code], [404, 'model', 'model_not_found']);
});

test('a body of 10 MB is read; one beyond the limit is 413 however it comes', async () => {
  await using server = await TestServer.start({ limits: { bodyLimitBytes: 11_000_000 } });
  const messages = [{ role: 'user', content: 'x'.repeat(10_000_000) }];
  assert.equal((await server.chat({ messages })).status, 200);
  const big = JSON.stringify({ messages: [{ role: 'user', content: 'x'.repeat(12_000_000) }] });
  assert.deepEqual(await statusAndCode(await server.post(path, undefined, { body: big })), [
    413,
    'request_too_large',
  ]);
  const stream = new Blob([big]).stream();
  const chunked = { body: stream, duplex: 'half' } as RequestInit;
  assert.deepEqual(await statusAndCode(await server.post(path, undefined, chunked)), [
    413,
    'request_too_large',
  ]);
});

test('a compression bomb is stopped at the limit', async () => {
  await using server = await TestServer.start({ limits: { bodyLimitBytes: 1_000_000 } });
  const bomb = Buffer.alloc(40_000_000, 0x20);
  for (const [encoding, body] of [
    ['gzip', gzipSync(bomb)],
    ['br', brotliCompressSync(bomb.subarray(0, 10_000_000))],
  ] as const) {
    assert.ok(body.length < 1_000_000);
    const response = await server.post(path, undefined, { body, headers: { 'content-encoding': encoding } });
    assert.deepEqual(await statusAndCode(response), [413, 'request_too_large'], encoding);
  }
});

test('bodies that together are too much are refused with 429', async () => {
  await using server = await TestServer.start({ limits: { bodiesLimitBytes: 1_000 } });
  const response = await server.chat({ messages: [{ role: 'user', content: 'x'.repeat(2_000) }] });
  assert.equal(response.headers.get('retry-after'), '1');
  assert.deepEqual(await statusAndCode(response), [429, 'overloaded']);
  assert.equal((await server.chat()).status, 200);
});

test('the sender of a refused body that goes on sending still gets the answer', async () => {
  await using server = await TestServer.start({ limits: { bodyLimitBytes: 1_000 } });
  using client = await RawClient.open(server.url);
  client.send(httpRequest(path, '', { 'content-length': '3000000' }));
  for (let i = 0; i < 30; i++) client.send('x'.repeat(100_000));
  await client.until(/request_too_large/);
  assert.match(client.received, /^HTTP\/1\.1 413 [\s\S]*connection: close/i);
  await client.ended;
});

test('expect: 100-continue is answered only when the body is wanted', async () => {
  await using server = await TestServer.start({ keys: ['right'] });
  const body = JSON.stringify(hello);
  const headers = { expect: '100-continue', 'content-length': String(body.length), connection: 'close' };
  using refused = await RawClient.open(server.url);
  refused.send(httpRequest(path, '', headers));
  await refused.ended;
  assert.match(refused.received, /^HTTP\/1\.1 401 /);
  using accepted = await RawClient.open(server.url);
  accepted.send(httpRequest(path, '', { ...headers, authorization: 'Bearer right' }));
  await accepted.until(/100 Continue\r\n\r\n/);
  accepted.send(body);
  await accepted.ended;
  assert.match(accepted.received, /HTTP\/1\.1 200 OK[\s\S]*chat\.completion/);
});

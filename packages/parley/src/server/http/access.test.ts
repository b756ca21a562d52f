import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statusAndCode, TestServer } from '../test-server.test.support.ts';

const path = '/v1/chat/completions';

test('keys: authorised before the body is read, principals told apart without the key', async () => {
  await using server = await TestServer.start({ keys: ['first', 'second'] });
  const bad = await server.post(path, undefined, { body: '{', headers: { authorization: 'Bearer third' } });
  assert.equal(bad.headers.get('www-authenticate'), 'Bearer');
  assert.deepEqual(await statusAndCode(bad), [401, 'invalid_api_key']);
  const none = await server.chat();
  assert.equal(none.status, 401);
  assert.match(await none.text(), /Send the header 'authorization' with/);
  for (const key of ['first', 'second']) {
    assert.equal((await server.chat({}, { headers: { authorization: `Bearer ${key}` } })).status, 200);
  }
  const [one, two] = server.backend.calls.map(({ context }) => context.principal.id);
  assert.match(one ?? '', /^key_[0-9a-f]{12}$/);
  assert.notEqual(one, two);
  for (const open of ['/health', '/', '/docs', '/openapi.json', '/v1/tcp_warming']) {
    assert.equal((await fetch(server.url + open)).status, 200, open);
  }
  for (const closed of ['/metrics', '/v1/models', '/v1/models/tiny']) {
    assert.equal((await fetch(server.url + closed)).status, 401, closed);
  }
});

test('CORS: without keys pages of this machine, with keys every page, or as configured', async () => {
  const allowed = async (server: TestServer, origin: string) => {
    const headers = {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,x-stainless-lang',
    };
    const response = await fetch(server.url + path, { method: 'OPTIONS', headers });
    assert.equal(response.status, 204);
    const granted = response.headers.get('access-control-allow-origin');
    const expected = granted === null ? null : headers['access-control-request-headers'];
    assert.equal(response.headers.get('access-control-allow-headers'), expected);
    assert.equal(response.headers.get('access-control-allow-credentials'), null);
    return granted;
  };
  const stranger = 'https://example.com';
  const local = 'http://localhost:5173';
  for (const [options, fromStranger, fromLocal] of [
    [{}, null, local],
    [{ keys: ['k'] }, '*', '*'],
    [{ cors: '*' as const }, '*', '*'],
    [{ cors: 'off' as const, keys: ['k'] }, null, null],
    [{ cors: [stranger] }, stranger, null],
  ] as const) {
    await using server = await TestServer.start(options);
    assert.deepEqual(
      [await allowed(server, stranger), await allowed(server, local)],
      [fromStranger, fromLocal],
    );
  }
});

test('an answer to a page tells which headers the page may read', async () => {
  await using server = await TestServer.start();
  const response = await server.chat({}, { headers: { origin: 'http://127.0.0.1:8080' } });
  assert.equal(response.headers.get('access-control-allow-origin'), 'http://127.0.0.1:8080');
  assert.match(response.headers.get('access-control-expose-headers') ?? '', /x-request-id/);
  assert.equal(response.headers.get('vary'), 'origin');
});

import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { connectionTo, listen, sendFile, sha256, treeOf } from './fake-hub.test.support.ts';
import { findCached, pull } from './pull.ts';
import {
  CONTENT,
  contextOf,
  FILE,
  filesBelow,
  hubOf,
  newCache,
  OTHER,
  REFERENCE,
  signal,
} from './pull-setup.test.support.ts';
import { parseHubReference } from './reference.ts';

test('a file is downloaded, checked and put in place', async (t) => {
  const cache = await newCache(t);
  await using server = await hubOf((request, response) => sendFile(request, response, CONTENT));
  const context = contextOf(connectionTo(server.origin), cache);
  const path = await pull(context, REFERENCE, signal);
  assert.equal(path, join(cache, 'owner', 'repo', FILE));
  assert.deepEqual(await readFile(path), CONTENT);
  assert.deepEqual(await filesBelow(cache), [FILE]);
  assert.deepEqual(context.log, [`begin ${FILE} ${CONTENT.length}`, 'end']);
  assert.ok(server.received.every(({ headers }) => headers['accept-encoding'] === 'identity'));
  assert.equal(server.received[1]?.url, `/owner/repo/resolve/main/${FILE}`);
  // A second pull asks the hub for the list, and downloads nothing.
  assert.equal(await pull(context, REFERENCE, signal), path);
  assert.equal(server.received.length, 3);
  assert.equal(await findCached(cache, REFERENCE), path);
  assert.equal(await findCached(cache, parseHubReference('hf:owner/repo:Q8_0')), path);
  assert.equal(await findCached(cache, parseHubReference('hf:owner/repo:Q4_0')), undefined);
  assert.equal(await findCached(cache, parseHubReference('hf:owner/none')), undefined);
});

test('the token goes to the hub and not to the host that it redirects to', async (t) => {
  const cache = await newCache(t);
  await using storage = await listen((request, response) => sendFile(request, response, CONTENT));
  await using server = await hubOf((_, response) => {
    const headers = {
      location: `${storage.origin}/blob?signature=1`,
      'x-linked-etag': `"${sha256(CONTENT)}"`,
    };
    response.writeHead(302, headers).end();
  });
  await pull(contextOf(connectionTo(server.origin, 'hf_secret'), cache), REFERENCE, signal);
  assert.deepEqual(
    server.received.map(({ headers }) => headers.authorization),
    ['Bearer hf_secret', 'Bearer hf_secret'],
  );
  assert.equal(storage.received.length, 1);
  assert.equal(storage.received[0]?.headers.authorization, undefined);
});

test('redirects without end are given up', async (t) => {
  const cache = await newCache(t);
  await using server = await hubOf((_, response) => response.writeHead(302, { location: '/again' }).end());
  await assert.rejects(
    pull(contextOf(connectionTo(server.origin), cache), REFERENCE, signal),
    /redirected more than 10 times/,
  );
});

test('what may pass is tried again, with the pause that is asked for', async (t) => {
  const cache = await newCache(t);
  await using server = await hubOf((request, response, attempt) => {
    if (attempt === 0) response.writeHead(429, { 'retry-after': '7' }).end();
    else if (attempt === 1) response.writeHead(500).end();
    else if (attempt === 2) response.destroy();
    else sendFile(request, response, CONTENT);
  });
  const hub = connectionTo(server.origin);
  await pull(contextOf(hub, cache), REFERENCE, signal);
  assert.deepEqual(hub.slept, [7000, 1000, 2000]);
  assert.match(hub.reasons.join('; '), /status 429; .*status 500; .*(socket|closed)/);
});

test('what is refused is told with what to do', async (t) => {
  const cache = await newCache(t);
  const cases: [number, string | undefined, string | undefined, RegExp][] = [
    [401, undefined, undefined, /owner\/repo is private, gated or does not exist, and HF_TOKEN is not set/],
    [401, undefined, 'hf_x', /HF_TOKEN is set, but not accepted/],
    [403, 'GatedRepo', 'hf_x', /is gated: accept its conditions/],
    [403, undefined, 'hf_x', /may not be read/],
    [404, undefined, undefined, /has no repository owner\/repo/],
    [418, undefined, undefined, /answers with status 418/],
  ];
  for (const [status, code, token, message] of cases) {
    await using server = await listen((_, response) =>
      response.writeHead(status, code ? { 'x-error-code': code } : {}).end('<html>'),
    );
    const hub = connectionTo(server.origin, token);
    await assert.rejects(pull(contextOf(hub, cache), REFERENCE, signal), message);
    assert.equal(server.received.length, 1, `${status} is not tried again`);
  }
});

test('all parts of a split model are downloaded', async (t) => {
  const cache = await newCache(t);
  const parts = { 'big/m-Q4_0-00001-of-00002.gguf': CONTENT, 'big/m-Q4_0-00002-of-00002.gguf': OTHER };
  await using server = await hubOf((request, response) => {
    const name = request.url?.replace('/owner/repo/resolve/main/', '') ?? '';
    sendFile(request, response, name.includes('00001') ? CONTENT : OTHER);
  }, treeOf(parts));
  const path = await pull(contextOf(connectionTo(server.origin), cache), REFERENCE, signal);
  assert.equal(path, join(cache, 'owner/repo/big/m-Q4_0-00001-of-00002.gguf'));
  assert.deepEqual(await readFile(path.replace('00001-of', '00002-of')), OTHER);
  await rm(path);
  assert.equal(await findCached(cache, REFERENCE), undefined, 'half a model is none');
});

test('a list over several pages is read to its end', async (t) => {
  const cache = await newCache(t);
  await using server = await listen((request, response) => {
    if (!request.url?.startsWith('/api/')) return sendFile(request, response, CONTENT);
    if (request.url.includes('cursor')) return response.end(JSON.stringify(treeOf({ [FILE]: CONTENT })));
    const next = `<http://${request.headers.host}/api/models/owner/repo/tree/main?cursor=2>; rel="next"`;
    return response.writeHead(200, { link: next }).end(JSON.stringify(treeOf({ 'readme.md': OTHER })));
  });
  assert.ok((await pull(contextOf(connectionTo(server.origin), cache), REFERENCE, signal)).endsWith(FILE));
});

test('paths of the list that would leave the folder are not taken', async (t) => {
  const cache = await newCache(t);
  for (const path of ['../../x-Q8_0.gguf', '/etc/x.gguf', 'a/../../x.gguf', 'a\\x.gguf', '.hidden/x.gguf']) {
    await using server = await hubOf(() => assert.fail('asked for a file'), treeOf({ [path]: CONTENT }));
    await assert.rejects(
      pull(contextOf(connectionTo(server.origin), cache), REFERENCE, signal),
      /holds no GGUF model/,
    );
  }
});

test('what is not the answer of a hub is an error', async (t) => {
  const cache = await newCache(t);
  await using notJson = await listen((_, response) => response.end('<html>'));
  await assert.rejects(
    pull(contextOf(connectionTo(notJson.origin), cache), REFERENCE, signal),
    /is not JSON/,
  );
  await using other = await hubOf(() => {}, { error: 'no' });
  await assert.rejects(
    pull(contextOf(connectionTo(other.origin), cache), REFERENCE, signal),
    /not answer like the hub/,
  );
});

test('a disk that is too small is told before anything is written', async (t) => {
  const cache = await newCache(t);
  await using server = await hubOf(() => assert.fail('asked for a file'));
  await assert.rejects(
    pull(contextOf(connectionTo(server.origin), cache, 1000), REFERENCE, signal),
    /needs 200000 more bytes in .*, and only 1000 are free/,
  );
});

test('two pulls at once: the second is told who is at it', async (t) => {
  const cache = await newCache(t);
  const arrived = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  await using server = await hubOf((request, response) => {
    arrived.resolve();
    void go.promise.then(() => sendFile(request, response, CONTENT));
  });
  const context = contextOf(connectionTo(server.origin), cache);
  const first = pull(context, REFERENCE, signal);
  await arrived.promise;
  await assert.rejects(
    pull(context, REFERENCE, signal),
    new RegExp(`is being downloaded by process ${process.pid}`),
  );
  go.resolve();
  await first;
  assert.deepEqual(await filesBelow(cache), [FILE]);
});

test('the lock of a process that is gone is taken over', async (t) => {
  const cache = await newCache(t);
  const lockFile = join(cache, 'owner', 'repo', `${FILE}.lock`);
  await mkdir(dirname(lockFile), { recursive: true });
  // Process ids end far below this one.
  await writeFile(lockFile, JSON.stringify({ pid: 2 ** 30, host: hostname(), nonce: 'x' }));
  await using server = await hubOf((request, response) => sendFile(request, response, CONTENT));
  await pull(contextOf(connectionTo(server.origin), cache), REFERENCE, signal);
  assert.deepEqual(await filesBelow(cache), [FILE]);
});

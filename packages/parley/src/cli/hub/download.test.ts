import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { connectionTo, sendFile, sha256 } from './fake-hub.test.support.ts';
import { findCached, pull } from './pull.ts';
import {
  CONTENT,
  contextOf,
  cutAfter,
  FILE,
  filesBelow,
  hubOf,
  newCache,
  OTHER,
  REFERENCE,
  signal,
} from './pull-setup.test.support.ts';

test('a cut connection is continued where it was cut', async (t) => {
  const cache = await newCache(t);
  await using server = await hubOf((request, response, attempt) =>
    sendFile(request, response, CONTENT, { cut: attempt < 3 ? cutAfter(50_000) : undefined }),
  );
  const hub = connectionTo(server.origin);
  const path = await pull(contextOf(hub, cache), REFERENCE, signal);
  assert.deepEqual(await readFile(path), CONTENT);
  const ranges = server.received.slice(1).map(({ headers }) => headers.range);
  assert.deepEqual(ranges, [undefined, 'bytes=50000-', 'bytes=100000-', 'bytes=150000-']);
  assert.ok(server.received.slice(2).every(({ headers }) => String(headers['if-range']).startsWith('"')));
  // Each attempt got further, so none counts as a repeated failure.
  assert.deepEqual(hub.slept, [500, 500, 500]);
});

test('a later run goes on with what an earlier one left', async (t) => {
  const cache = await newCache(t);
  let broken = true;
  await using server = await hubOf((request, response, attempt) => {
    if (broken && attempt > 0) response.writeHead(503).end();
    else sendFile(request, response, CONTENT, { cut: broken ? cutAfter(70_000) : undefined });
  });
  const hub = connectionTo(server.origin);
  await assert.rejects(
    pull(contextOf(hub, cache), REFERENCE, signal),
    /status 503; gave up after 6 attempts/,
  );
  assert.deepEqual(await filesBelow(cache), [`${FILE}.part`, `${FILE}.part.etag`]);
  assert.deepEqual(hub.slept, [500, 1000, 2000, 4000, 8000]);
  assert.equal(await findCached(cache, REFERENCE), undefined);
  broken = false;
  const before = server.received.length;
  const path = await pull(contextOf(hub, cache), REFERENCE, signal);
  assert.deepEqual(await readFile(path), CONTENT);
  assert.equal(server.received[before + 1]?.headers.range, 'bytes=70000-');
  assert.deepEqual(await filesBelow(cache), [FILE]);
});

test('when the file changed in between, it begins anew', async (t) => {
  const cache = await newCache(t);
  await using server = await hubOf((request, response, attempt) => {
    if (attempt === 0) sendFile(request, response, OTHER, { cut: cutAfter(60_000) });
    else sendFile(request, response, CONTENT);
  });
  const path = await pull(contextOf(connectionTo(server.origin), cache), REFERENCE, signal);
  assert.deepEqual(await readFile(path), CONTENT);
  assert.equal(server.received[2]?.headers.range, 'bytes=60000-');
});

test('a server that ignores If-Range cannot mix two files', async (t) => {
  const cache = await newCache(t);
  await using server = await hubOf((request, response, attempt) => {
    if (attempt === 0) return sendFile(request, response, OTHER, { cut: cutAfter(60_000), etag: '"old"' });
    delete request.headers['if-range'];
    return sendFile(request, response, CONTENT, { etag: '"new"' });
  });
  const path = await pull(contextOf(connectionTo(server.origin), cache), REFERENCE, signal);
  assert.deepEqual(await readFile(path), CONTENT);
  assert.deepEqual(
    server.received.slice(1).map(({ headers }) => headers.range),
    [undefined, 'bytes=60000-', undefined],
  );
});

test('a refused range begins anew', async (t) => {
  const cache = await newCache(t);
  await using server = await hubOf((request, response, attempt) => {
    if (attempt === 0) sendFile(request, response, CONTENT, { cut: cutAfter(60_000) });
    else if (request.headers.range) response.writeHead(416, { 'content-range': 'bytes */10' }).end();
    else sendFile(request, response, CONTENT);
  });
  const path = await pull(contextOf(connectionTo(server.origin), cache), REFERENCE, signal);
  assert.deepEqual(await readFile(path), CONTENT);
  assert.equal(server.received.length, 4);
});

test('a wrong checksum leaves nothing behind', async (t) => {
  const cache = await newCache(t);
  await using server = await hubOf((request, response) => sendFile(request, response, OTHER));
  await assert.rejects(
    pull(contextOf(connectionTo(server.origin), cache), REFERENCE, signal),
    new RegExp(`checksum is wrong \\(SHA-256 ${sha256(OTHER)}, the hub says ${sha256(CONTENT)}\\)`),
  );
  assert.deepEqual(await filesBelow(cache), []);
});

test('sizes that do not fit the list are refused', async (t) => {
  const cache = await newCache(t);
  let chunked = false;
  await using server = await hubOf((request, response) => {
    const longer = Buffer.concat([CONTENT, CONTENT]);
    if (chunked) response.writeHead(200).end(longer);
    else sendFile(request, response, longer);
  });
  const context = contextOf(connectionTo(server.origin), cache);
  await assert.rejects(pull(context, REFERENCE, signal), /has 400000 bytes, but the hub lists 200000/);
  chunked = true;
  await assert.rejects(pull(context, REFERENCE, signal), /sends more than the 200000 bytes/);
});

test('a checksum of the redirect that differs from the list means a file that was just replaced', async (t) => {
  const cache = await newCache(t);
  await using server = await hubOf((request, response) => {
    response.setHeader('x-linked-etag', `"${sha256(OTHER)}"`);
    sendFile(request, response, OTHER);
  });
  await assert.rejects(
    pull(contextOf(connectionTo(server.origin), cache), REFERENCE, signal),
    /was replaced at the hub just now/,
  );
});

test('a connection that goes silent is cut and continued', async (t) => {
  const cache = await newCache(t);
  await using server = await hubOf((request, response, attempt) => {
    if (attempt > 0) return sendFile(request, response, CONTENT);
    response.writeHead(200, { etag: `"${sha256(CONTENT).slice(0, 16)}"`, 'content-length': CONTENT.length });
    return response.write(CONTENT.subarray(0, 40_000));
  });
  const hub = { ...connectionTo(server.origin), stallMilliseconds: 200 };
  const path = await pull(contextOf(hub, cache), REFERENCE, signal);
  assert.deepEqual(await readFile(path), CONTENT);
  assert.equal(server.received[2]?.headers.range, 'bytes=40000-');
});

test('an abort ends the download and keeps what is there', async (t) => {
  const cache = await newCache(t);
  const controller = new AbortController();
  await using server = await hubOf((_, response) => {
    response.writeHead(200, { etag: '"e"', 'content-length': CONTENT.length });
    response.write(CONTENT.subarray(0, 30_000));
  });
  const context = contextOf(connectionTo(server.origin), cache);
  const progress = { ...context.progress, update: (bytes: number) => bytes >= 30_000 && controller.abort() };
  await assert.rejects(pull({ ...context, progress }, REFERENCE, controller.signal), { name: 'AbortError' });
  assert.deepEqual(await filesBelow(cache), [`${FILE}.part`, `${FILE}.part.etag`]);
});

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { COMMANDS } from '../commands.ts';
import { dispatch } from '../dispatch.ts';
import { type FakeWorld, fakeWorld } from '../fake-world.test.support.ts';
import { listen, sendFile, treeOf } from '../hub/fake-hub.test.support.ts';
import { pullContext } from './context.ts';
import { locateModel } from './locate.ts';

const CONTENT = randomBytes(10_000);
const TREE = JSON.stringify(treeOf({ 'm-Q8_0.gguf': CONTENT }));
const never = new AbortController().signal;

async function worldFor(t: TestContext, endpoint: string): Promise<FakeWorld> {
  const cache = await mkdtemp(join(tmpdir(), 'parley-pull-'));
  t.after(() => rm(cache, { recursive: true, force: true }));
  return fakeWorld({
    environment: { PARLEY_CACHE: cache, HF_ENDPOINT: `${endpoint}/`, HF_TOKEN: 'hf_token' },
  });
}

test('pull prints the path, and the progress beside it', async (t) => {
  await using hub = await listen((request, response) => {
    if (request.url?.startsWith('/api/')) response.end(TREE);
    else sendFile(request, response, CONTENT);
  });
  const world = await worldFor(t, hub.origin);
  assert.equal(await dispatch(COMMANDS, ['models', 'pull', 'hf:owner/repo'], world), 0, world.stderr.text);
  const path = world.stdout.text.trimEnd();
  assert.deepEqual(await readFile(path), CONTENT);
  assert.match(world.stderr.text, /m-Q8_0\.gguf 100% of 10\.0 kB\n/);
  assert.equal(hub.received[0]?.headers.authorization, 'Bearer hf_token');
  assert.equal(world.listeners(), 0);

  // Serving it needs no hub any more.
  const asked = hub.received.length;
  const source = { kind: 'hub', reference: { repository: 'owner/repo', selector: undefined } } as const;
  assert.equal(await locateModel(source, pullContext(world), never), path);
  assert.equal(hub.received.length, asked);
});

test('a model that is not here yet is pulled when it is needed', async (t) => {
  await using hub = await listen((request, response) => {
    if (request.url?.startsWith('/api/')) response.end(TREE);
    else sendFile(request, response, CONTENT);
  });
  const world = await worldFor(t, hub.origin);
  const source = { kind: 'hub', reference: { repository: 'owner/repo', selector: 'q8_0' } } as const;
  assert.deepEqual(await readFile(await locateModel(source, pullContext(world), never)), CONTENT);
});

test('Ctrl-C ends a pull with status 130', async (t) => {
  const asked = Promise.withResolvers<void>();
  await using hub = await listen(() => asked.resolve());
  const world = await worldFor(t, hub.origin);
  const pulling = dispatch(COMMANDS, ['models', 'pull', 'hf:owner/repo'], world);
  await asked.promise;
  world.raise('SIGINT');
  assert.equal(await pulling, 130);
  assert.equal(world.listeners(), 0);
});

test('an endpoint that is no address is refused', async (t) => {
  const world = await worldFor(t, 'ftp://hub');
  assert.equal(await dispatch(COMMANDS, ['models', 'pull', 'hf:owner/repo'], world), 2);
  assert.match(world.stderr.text, /HF_ENDPOINT must be an http or https address/);
});

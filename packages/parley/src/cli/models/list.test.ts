import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { COMMANDS } from '../commands.ts';
import { dispatch } from '../dispatch.ts';
import { fakeWorld } from '../fake-world.test.support.ts';
import { embeddedModelPath } from './source.ts';

async function worldWithCache(t: TestContext, options: { input?: string; terminal?: boolean } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'parley-models-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const repository = join(folder, 'cache', 'owner', 'repo');
  await mkdir(repository, { recursive: true });
  await copyFile(embeddedModelPath(), join(repository, 'tiny-Q8_0.gguf'));
  await writeFile(join(repository, 'broken-Q4_0.gguf'), 'not a model');
  await writeFile(join(folder, 'parley.yaml'), 'models:\n  - name: later\n    hf: owner/later:Q4_0\n');
  return fakeWorld({
    ...options,
    workingDirectory: folder,
    environment: { PARLEY_CACHE: join(folder, 'cache') },
  });
}

test('the list shows what is here, what could be, and what is broken', async (t) => {
  const world = await worldWithCache(t);
  assert.equal(await dispatch(COMMANDS, ['models', 'list', '--json'], world), 0);
  const models: Record<string, unknown>[] = JSON.parse(world.stdout.text);
  const byName = new Map(models.map((model) => [model.name, model]));
  assert.deepEqual([...byName.keys()].sort(), [
    'hf:owner/repo:Q4_0',
    'hf:owner/repo:Q8_0',
    'later',
    'parley-tiny',
  ]);
  const tiny = byName.get('parley-tiny');
  assert.equal(tiny?.context, 512);
  assert.equal(tiny?.quantization, 'Q8_0');
  assert.equal(tiny?.sizeBytes, 3_325_184);
  assert.equal(byName.get('hf:owner/repo:Q8_0')?.context, 512);
  assert.match(String(byName.get('hf:owner/repo:Q4_0')?.problem), /no GGUF file/);

  const table = await worldWithCache(t);
  assert.equal(await dispatch(COMMANDS, ['models', 'list'], table), 0);
  assert.match(
    table.stdout.text,
    /^NAME +SIZE +QUANT +CONTEXT +FROM +WHERE\nparley-tiny +3\.33 MB +Q8_0 +512 +embedded /,
  );
});

test('removing asks first, unless it is told not to', async (t) => {
  const refusing = await worldWithCache(t, { input: 'n\n', terminal: true });
  assert.equal(await dispatch(COMMANDS, ['models', 'remove', 'hf:owner/repo:Q8_0'], refusing), 1);
  assert.match(
    refusing.stdout.text,
    /Remove hf:owner\/repo:tiny-Q8_0\.gguf \(3\.33 MB\)\? \[y\/N\][\s\S]*Nothing was removed/,
  );

  const agreeing = await worldWithCache(t, { input: 'y\n', terminal: true });
  assert.equal(await dispatch(COMMANDS, ['models', 'remove', 'owner/repo:Q8_0'], agreeing), 0);
  assert.match(agreeing.stdout.text, /Removed hf:owner\/repo:tiny-Q8_0\.gguf/);
  assert.equal(await dispatch(COMMANDS, ['models', 'remove', '--yes', 'owner/repo:Q8_0'], agreeing), 2);

  const piped = await worldWithCache(t, { input: 'y\n' });
  assert.equal(await dispatch(COMMANDS, ['models', 'remove', 'owner/repo'], piped), 2);
  assert.match(piped.stderr.text, /say --yes/);
  assert.equal(await dispatch(COMMANDS, ['models', 'remove', '-y', 'owner/repo'], piped), 0);
  assert.equal(await dispatch(COMMANDS, ['models', 'remove', '-y', 'owner/repo'], piped), 1);
  assert.match(piped.stderr.text, /is not in the cache/);
});

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { cacheDirectory, cachedRepositories, cachePath, removeCached } from './cache.ts';

test('the cache folder of each platform', () => {
  const folder = (platform: NodeJS.Platform, environment = {}) =>
    cacheDirectory({ platform, environment, homeDirectory: '/home/me' });
  assert.equal(folder('linux'), '/home/me/.cache/parley/models');
  assert.equal(folder('linux', { XDG_CACHE_HOME: '/x' }), '/x/parley/models');
  assert.equal(folder('linux', { XDG_CACHE_HOME: '/x', PARLEY_CACHE: '/p' }), '/p');
  assert.equal(folder('darwin'), '/home/me/Library/Caches/parley/models');
  assert.equal(folder('win32', { LOCALAPPDATA: '/l' }), '/l/parley/cache/models');
});

test('no path leaves the cache', () => {
  assert.equal(cachePath('/cache', 'o/r', 'a/b.gguf'), '/cache/o/r/a/b.gguf');
  for (const [repository, file] of [
    ['o/r', '../x'],
    ['../r', 'x'],
    ['o/r', '/x'],
    ['o/r', 'a/../../../x'],
    ['o/r', ''],
  ] as const) {
    assert.throws(() => cachePath('/cache', repository, file), `${repository} ${file}`);
  }
});

test('complete models are found, and removed with the folders they leave empty', async (t) => {
  const cache = await mkdtemp(join(tmpdir(), 'parley-cache-'));
  t.after(() => rm(cache, { recursive: true, force: true }));
  assert.deepEqual(await cachedRepositories(join(cache, 'none')), []);
  const files = ['o/r/m-Q4_0.gguf', 'o/r/s/n-00001-of-00002.gguf', 'o/r/s/n-00002-of-00002.gguf'];
  const incomplete = ['o/r/x-Q8_0.gguf.part', 'o/r/h-00001-of-00002.gguf', 'p/q/z.txt'];
  for (const file of [...files, ...incomplete]) {
    await mkdir(join(cache, file, '..'), { recursive: true });
    await writeFile(join(cache, file), 'xyz');
  }
  const found = await cachedRepositories(cache);
  assert.deepEqual(
    found.map(({ repository, models }) => [
      repository,
      models.map(({ path, parts }) => [path, parts.length]).sort(),
    ]),
    [
      [
        'o/r',
        [
          ['m-Q4_0.gguf', 1],
          ['s/n-00001-of-00002.gguf', 2],
        ],
      ],
    ],
  );
  const split = found[0]?.models.find(({ parts }) => parts.length === 2);
  assert.ok(split);
  await removeCached(cache, 'o/r', split);
  assert.deepEqual((await readdir(join(cache, 'o/r'))).sort(), [
    'h-00001-of-00002.gguf',
    'm-Q4_0.gguf',
    'x-Q8_0.gguf.part',
  ]);
});

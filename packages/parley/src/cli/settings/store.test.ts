import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import type { ConfigFile } from './read-config.ts';
import { resolveStore } from './store.ts';

const none: ConfigFile = { path: undefined, config: {} };

test('by default a thousand completions are kept in memory for thirty days', () => {
  const expected = { path: undefined, completions: 1_000, days: 30, megabytes: 128 };
  assert.deepEqual(resolveStore({}, none, '/work'), expected);
});

test('flags win over the file; each tells its path from where it is written', () => {
  const file = {
    path: '/etc/parley/parley.yaml',
    config: { storePath: 'kept.db', storeLimit: 5, storeDays: 2 },
  };
  const fromFile = { path: resolve('/etc/parley/kept.db'), completions: 5, days: 2, megabytes: 128 };
  assert.deepEqual(resolveStore({}, file, '/home/me'), fromFile);
  const flags = { storePath: 'mine.db', storeLimit: 0, storeMegabytes: 64 };
  const fromFlags = { path: resolve('/home/me/mine.db'), completions: 0, days: 2, megabytes: 64 };
  assert.deepEqual(resolveStore(flags, file, '/home/me'), fromFlags);
});

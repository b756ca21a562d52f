import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkKey, checkKeyModel, mayUseModel } from './key-scope.ts';
import type { VirtualKey } from './keys.ts';

const KEY: VirtualKey = {
  id: 'k',
  name: 'k',
  userId: undefined,
  teamId: undefined,
  models: undefined,
  origins: undefined,
  expiresAt: undefined,
  limits: {
    requestsPerMinute: undefined,
    tokensPerMinute: undefined,
    concurrent: undefined,
    budgetPerDay: undefined,
    budgetPerMonth: undefined,
    budgetTotal: undefined,
  },
  metadata: {},
  createdAt: 0,
  revokedAt: undefined,
  previousUntil: undefined,
};

test('a key without scopes may do everything', () => {
  checkKey(KEY, { now: Number.MAX_SAFE_INTEGER, origin: undefined });
  checkKey(KEY, { now: 0, origin: 'https://anywhere.example' });
  checkKeyModel(KEY, 'any');
});

test('a key that has expired is a 401, from that millisecond on', () => {
  const key = { ...KEY, expiresAt: 1_000 };
  checkKey(key, { now: 999, origin: undefined });
  const told = { status: 401, code: 'key_expired', message: /1970-01-01T00:00:01.000Z/ };
  assert.throws(() => checkKey(key, { now: 1_000, origin: undefined }), told);
});

test('a key for pages is refused from others, and where no page is named', () => {
  const key = { ...KEY, origins: ['https://app.example'] };
  checkKey(key, { now: 0, origin: 'https://app.example' });
  for (const origin of [undefined, 'null', 'https://app.example.evil.example', 'http://app.example', '']) {
    assert.throws(() => checkKey(key, { now: 0, origin }), { status: 403, code: 'origin_not_allowed' });
  }
});

test('a key for models: their names, or how they begin', () => {
  const key = { ...KEY, models: ['fast', 'local/*'] };
  const names = ['fast', 'local/a', 'local/', 'faster', 'local', 'x/local/a', 'local/*'];
  assert.deepEqual(
    names.filter((name) => mayUseModel(key, name)),
    ['fast', 'local/a', 'local/', 'local/*'],
  );
  checkKeyModel(key, 'fast');
  assert.throws(() => checkKeyModel(key, 'faster'), {
    status: 403,
    code: 'model_not_allowed',
    param: 'model',
  });
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { redact } from '@parley/protocol/errors';
import { randomIntegers } from '../counters/counters.fixture.ts';
import { openAt, STORES } from '../stores.fixture.ts';
import { hashSecret, keyIdOf, newKeyId, newSecret, sameHash } from './secret.ts';

test('a secret is 32 random bytes behind a visible id, and logs redact it', () => {
  const random = (length: number) => Buffer.alloc(length, 0xfb);
  const secret = newSecret('abcdefghijkl', random);
  assert.equal(secret, `pk_abcdefghijkl_${Buffer.alloc(32, 0xfb).toString('base64url')}`);
  assert.equal(keyIdOf(secret), 'abcdefghijkl');
  assert.equal(redact(`the key ${secret} is`), 'the key pk-[redacted] is');
  const ids = new Set(Array.from({ length: 1_000 }, () => newKeyId()));
  assert.equal(ids.size, 1_000);
  for (const id of ids) assert.match(id, /^[0-9a-z]{12}$/);
});

test('all characters of an id are equally likely', () => {
  const integer = randomIntegers(1);
  const random = (length: number) => Buffer.from(Array.from({ length }, () => integer(256)));
  const counts = new Map<string, number>();
  for (let i = 0; i < 40_000; i++) {
    for (const character of newKeyId(random)) counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  const all = [...counts.values()];
  assert.equal(counts.size, 36);
  // With bytes taken modulo 36 four of them would come 14 % more often.
  const [least, most] = [Math.min(...all), Math.max(...all)];
  assert.ok(most < least * 1.08, `${least} to ${most}`);
});

test('hashes are SHA-256, and equal only to themselves', () => {
  assert.equal(hashSecret('pk_x'), createHash('sha256').update('pk_x').digest('hex'));
  assert.equal(sameHash('ab', 'ab'), true);
  assert.equal(sameHash('ab', 'ac'), false);
  assert.equal(sameHash('ab', 'abc'), false);
});

test('no secret is in any file of the store, nor in what it says', async (t) => {
  const [sqlite] = STORES;
  assert.ok(sqlite);
  const where = await sqlite.place(t);
  const { store, reserve, row } = await openAt(t, where);
  const first = await store.keys.create({ name: 'a', limits: { concurrent: 1 } });
  const second = await store.keys.rotate(first.key.id, 60);
  assert.ok(second);
  await (await reserve({ keyId: first.key.id })).settle(row('c', { keyId: first.key.id }));
  const said = JSON.stringify(
    [
      await store.keys.list({ limit: 10 }),
      await store.keys.find(second.secret),
      await store.rows({ limit: 10 }),
    ],
    (_, value) => (typeof value === 'bigint' ? String(value) : value),
  );
  const folder = dirname(where.journal);
  const files = [folder, where.journal].flatMap((path) =>
    readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(path, entry.name), 'latin1')),
  );
  assert.ok(files.length >= 3);
  for (const { secret } of [first, second]) {
    const hidden = secret.slice(-43);
    assert.equal(said.includes(hidden), false);
    assert.equal(said.includes(hashSecret(secret)), false);
    for (const file of files) assert.equal(file.includes(hidden), false);
  }
  assert.ok(files.some((file) => file.includes(hashSecret(second.secret))));
});

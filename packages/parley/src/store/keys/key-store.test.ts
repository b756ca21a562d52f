import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ApiError } from '@parley/protocol';
import type { KeyChanges, NewKey } from '../../core/keys.ts';
import { NOON, openAt, STORES } from '../stores.fixture.ts';
import { NO_LIMITS } from './check-input.ts';

const FORM = /^pk_([0-9a-z]{12})_[\w-]{43}$/;

for (const { name, skip, place } of STORES.filter((store) => store.name !== 'SQLite, counters in memory')) {
  describe(name, { skip: skip ?? false }, () => {
    test('a key is shown once, found by its secret and kept as it was made', async (t) => {
      const where = await place(t);
      const { store } = await openAt(t, where);
      const given: NewKey = {
        name: 'Ada',
        userId: 'ada',
        teamId: 'engines',
        models: ['fast', 'local/*'],
        origins: ['https://app.example'],
        expiresAt: NOON + 1,
        limits: { requestsPerMinute: 5, budgetTotal: 2n ** 59n },
        metadata: { place: 'London' },
      };
      const { key, secret } = await store.keys.create(given);
      assert.match(secret, FORM);
      assert.deepEqual(key, {
        ...given,
        id: FORM.exec(secret)?.[1],
        limits: { ...NO_LIMITS, requestsPerMinute: 5, budgetTotal: 2n ** 59n },
        createdAt: NOON,
        revokedAt: undefined,
        previousUntil: undefined,
      });
      assert.deepEqual(await store.keys.find(secret), key);
      assert.deepEqual(await store.keys.get(key.id), key);
      await store.close();
      const later = await openAt(t, where);
      assert.deepEqual(await later.store.keys.find(secret), key);
    });

    test('what is not the secret finds nothing', async (t) => {
      const { store } = await openAt(t, await place(t));
      const { key, secret } = await store.keys.create({ name: 'a' });
      const other = await store.keys.create({ name: 'b' });
      const tail = secret.slice(-43);
      const wrong = [
        '',
        'sk-anything',
        key.id,
        `pk_${key.id}_`,
        secret.slice(0, -1),
        `${secret}A`,
        ` ${secret}`,
        `${secret.slice(0, -1)}${secret.endsWith('A') ? 'B' : 'A'}`,
        `pk_${other.key.id}_${tail}`,
        `pk_${'0'.repeat(12)}_${tail}`,
        `pk_' OR 1=1 --_${tail}`,
      ];
      for (const text of wrong) assert.equal(await store.keys.find(text), undefined, text);
      assert.equal((await store.keys.find(secret))?.name, 'a');
    });

    test('a rotated key has a new secret; the old one is good for a while, the one before it no longer', async (t) => {
      const { store, clock } = await openAt(t, await place(t));
      const first = await store.keys.create({ name: 'a' });
      const { id } = first.key;
      const second = await store.keys.rotate(id, 60);
      assert.ok(second && second.secret !== first.secret);
      assert.deepEqual(second.key, { ...first.key, previousUntil: NOON + 60_000 });
      const found = async (secret: string) => (await store.keys.find(secret)) !== undefined;
      assert.deepEqual([await found(first.secret), await found(second.secret)], [true, true]);
      clock.now += 60_000;
      assert.deepEqual([await found(first.secret), await found(second.secret)], [false, true]);
      clock.now -= 1;
      assert.equal(await found(first.secret), true);
      const third = await store.keys.rotate(id, 0);
      assert.ok(third);
      assert.deepEqual(await Promise.all([first, second, third].map(({ secret }) => found(secret))), [
        false,
        false,
        true,
      ]);
      assert.equal(await store.keys.rotate('0'.repeat(12), 0), undefined);
      await assert.rejects(store.keys.rotate(id, -1), { status: 400, param: 'overlapSeconds' });
    });

    test('a revoked key is found no more, and stays so', async (t) => {
      const { store, clock } = await openAt(t, await place(t));
      const { key, secret } = await store.keys.create({ name: 'a' });
      assert.equal((await store.keys.revoke(key.id))?.revokedAt, NOON);
      assert.equal(await store.keys.find(secret), undefined);
      clock.now += 5;
      assert.equal((await store.keys.revoke(key.id))?.revokedAt, NOON);
      await assert.rejects(store.keys.rotate(key.id, 0), { status: 400, message: /revoked/ });
      assert.equal((await store.keys.update(key.id, { name: 'b' }))?.revokedAt, NOON);
      assert.equal(await store.keys.revoke('0'.repeat(12)), undefined);
    });

    test('changes change what they name, and nothing is lost where two change at a time', async (t) => {
      const { store } = await openAt(t, await place(t));
      const { key, secret } = await store.keys.create({
        name: 'a',
        models: ['m'],
        limits: { concurrent: 1 },
      });
      const changed = await store.keys.update(key.id, { models: undefined, expiresAt: NOON + 9 });
      assert.deepEqual(changed, { ...key, models: undefined, expiresAt: NOON + 9 });
      assert.deepEqual(await store.keys.find(secret), changed);
      const changes: KeyChanges[] = [
        { name: 'b' },
        { userId: 'u' },
        { teamId: 't' },
        { metadata: { a: 'b' } },
      ];
      await Promise.all(changes.map((change) => store.keys.update(key.id, change)));
      assert.deepEqual(await store.keys.get(key.id), Object.assign({ ...changed }, ...changes));
      assert.equal(await store.keys.update('0'.repeat(12), {}), undefined);
    });

    test('pages of keys: newest first, of all or of one owner', async (t) => {
      const { store, clock } = await openAt(t, await place(t));
      for (let i = 0; i < 5; i++) {
        clock.now += i % 2;
        await store.keys.create({
          name: `k${i}`,
          userId: i < 3 ? 'u' : undefined,
          teamId: i > 1 ? 't' : undefined,
        });
      }
      const names = async (query: { userId?: string; teamId?: string }) => {
        const all: string[] = [];
        for (let after: string | undefined; ; ) {
          const page = await store.keys.list({ ...query, after, limit: 2 });
          all.push(...page.keys.map((key) => key.name));
          after = page.keys.at(-1)?.id;
          if (!page.more) return all;
        }
      };
      const all = await names({});
      // Those of one millisecond in any order.
      assert.deepEqual(
        [all.slice(0, 2).sort(), all.slice(2, 4).sort(), all.slice(4)],
        [['k3', 'k4'], ['k1', 'k2'], ['k0']],
      );
      assert.deepEqual((await names({ userId: 'u' })).sort(), ['k0', 'k1', 'k2']);
      assert.deepEqual(await names({ userId: 'u', teamId: 't' }), ['k2']);
      await assert.rejects(store.keys.list({ limit: 1, after: 'nobody' }), { status: 400, param: 'after' });
      await assert.rejects(store.keys.list({ limit: 0 }), { status: 400, param: 'limit' });
    });

    test('owners: kept, replaced, listed, removed', async (t) => {
      const { store, clock } = await openAt(t, await place(t));
      const { keys } = store;
      const first = await keys.putOwner({
        kind: 'team',
        id: 't',
        limits: { concurrent: 1 },
        metadata: { a: 'b' },
      });
      assert.deepEqual(first, {
        kind: 'team',
        id: 't',
        name: 't',
        limits: { ...NO_LIMITS, concurrent: 1 },
        metadata: { a: 'b' },
        createdAt: NOON,
      });
      clock.now += 1;
      const second = await keys.putOwner({ kind: 'team', id: 't', name: 'T' });
      assert.deepEqual(second, { ...first, name: 'T', limits: NO_LIMITS, metadata: {} });
      await keys.putOwner({ kind: 'user', id: 't' });
      for (const id of ['b', 'a', 'c']) await keys.putOwner({ kind: 'team', id });
      assert.deepEqual(await keys.getOwner('team', 't'), second);
      const { owners, more } = await keys.listOwners('team', { limit: 2, after: 'a' });
      assert.deepEqual([owners.map(({ id }) => id), more], [['b', 'c'], true]);
      assert.deepEqual(
        [await keys.removeOwner('team', 't'), await keys.removeOwner('team', 't')],
        [true, false],
      );
      assert.equal(await keys.getOwner('team', 't'), undefined);
      assert.equal((await keys.getOwner('user', 't'))?.name, 't');
    });
  });
}

test('what cannot be kept is a 400 that names it', async (t) => {
  const [sqlite] = STORES;
  assert.ok(sqlite);
  const { store } = await openAt(t, await sqlite.place(t));
  const cases: [KeyChanges, string][] = [
    [{ name: '' }, 'name'],
    [{ name: 'x'.repeat(201) }, 'name'],
    [{ name: 'a\0b' }, 'name'],
    [{ userId: '\ud800' }, 'userId'],
    [{ models: [] }, 'models'],
    [{ origins: ['https://app.example/'] }, 'origins'],
    [{ origins: ['HTTPS://app.example'] }, 'origins'],
    [{ origins: ['*'] }, 'origins'],
    [{ expiresAt: 1.5 }, 'expiresAt'],
    [{ limits: { concurrent: -1 } }, 'limits.concurrent'],
    [{ limits: { requestsPerMinute: 1.5 } }, 'limits.requestsPerMinute'],
    [{ limits: { budgetPerDay: -1n } }, 'limits.budgetPerDay'],
    [{ limits: { budgetTotal: 10n ** 19n } }, 'limits.budgetTotal'],
    [{ limits: JSON.parse('{"budgetPerMonth":5}') }, 'limits.budgetPerMonth'],
    [{ limits: JSON.parse('{"perSecond":5}') }, 'limits.perSecond'],
    [{ metadata: { '': 'x' } }, 'metadata'],
    [{ metadata: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [i, 'x'])) }, 'metadata'],
  ];
  for (const [change, param] of cases) {
    await assert.rejects(store.keys.create({ name: 'a', ...change }), (error) => {
      assert.ok(error instanceof ApiError, String(error));
      assert.deepEqual([error.status, error.param], [400, param]);
      return true;
    });
  }
  assert.deepEqual((await store.keys.list({ limit: 10 })).keys, []);
});

import assert from 'node:assert/strict';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { ledgerRow, temporaryFolder } from './journal/journal.fixture.ts';
import { openStore, type StoreOptions } from './open-store.ts';
import { openAt, STORES, services } from './stores.fixture.ts';

const [sqlite] = STORES;
const options = (folder: string, more: Partial<StoreOptions> = {}): StoreOptions => ({
  database: `sqlite:${join(folder, 'store.db')}`,
  journal: join(folder, 'journal'),
  onTrouble: () => undefined,
  ...more,
});

test('addresses of no kind, and places where nothing can be, are refused in words', async (t) => {
  const folder = temporaryFolder(t);
  const cases: [Partial<StoreOptions>, RegExp][] = [
    [{ database: 'mysql://x' }, /a database is sqlite:<file> or postgres:/],
    [{ database: `sqlite:${join(folder, 'no', 'such', 'store.db')}` }, /ENOENT/],
    [{ counters: 'memcached://x' }, /counters are database, memory, or redis:/],
    [{ counters: 'redis://127.0.0.1:1' }, /./],
    [{ database: 'postgres://user:hidden-password@127.0.0.1:1/x' }, /./],
    [{ journal: join(folder, 'store.db', 'journal') }, /ENOTDIR|ENOENT|EEXIST/],
  ];
  for (const [more, message] of cases) {
    await assert.rejects(openStore(options(folder, { timeoutMs: 500, ...more })), (error) => {
      assert.ok(error instanceof Error);
      assert.match(error.message, message);
      assert.equal(JSON.stringify([error.message, error.stack]).includes('hidden-password'), false);
      return true;
    });
  }
});

test('a file of another program, of stored completions, or of a later version is refused and left alone', async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, 'store.db');
  const write = (sql: string) => {
    writeFileSync(path, '');
    using db = new DatabaseSync(path);
    db.exec(sql);
  };
  write('CREATE TABLE theirs (x)');
  await assert.rejects(openStore(options(folder)), /another program/);
  write(`PRAGMA application_id = ${0x70726c79}`);
  await assert.rejects(openStore(options(folder)), /stored completions/);
  write(
    'CREATE TABLE parley_version (one INTEGER PRIMARY KEY, version INTEGER) STRICT; INSERT INTO parley_version VALUES (1, 99)',
  );
  await assert.rejects(openStore(options(folder)), /later version \(its format is 99/);
});

test('the files are for their owner alone', { skip: process.platform === 'win32' }, async (t) => {
  const folder = temporaryFolder(t);
  const store = await openStore(options(folder));
  for (const name of ['store.db', 'store.db-wal'])
    assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name);
  await store.close();
});

test('processes that open an empty store together make one', async (t) => {
  for (const { skip, shared, place } of STORES) {
    if (skip !== undefined || !shared) continue;
    const where = await place(t);
    const all = await Promise.all(Array.from({ length: 4 }, () => openAt(t, where)));
    const [first] = all;
    assert.ok(first);
    const { secret } = await first.store.keys.create({ name: 'a' });
    for (const { store } of all) assert.equal((await store.keys.find(secret))?.name, 'a');
  }
});

test('a closed store leaves nothing open, and refuses', async (t) => {
  assert.ok(sqlite);
  const { store } = await openAt(t, await sqlite.place(t));
  const { key } = await store.keys.create({ name: 'a', limits: { concurrent: 1 } });
  await store.rows({ limit: 1 });
  const charged = { keyId: key.id, userId: undefined, teamId: undefined };
  const demand = { callId: 'c', charged, model: 'm', tokens: 1, cost: 1n };
  await (await store.ledger.reserve(demand)).settle(ledgerRow('c', charged));
  await store.close();
  const held = process.getActiveResourcesInfo().filter((name) => name === 'MessagePort' || name === 'Worker');
  assert.deepEqual(held, []);
  await assert.rejects(store.keys.get(key.id), { status: 503 });
  await assert.rejects(store.keys.create({ name: 'b' }), { status: 503 });
  await assert.rejects(store.rows({ limit: 1 }), { status: 503 });
  await assert.rejects(store.ledger.reserve(demand), { status: 503, code: 'store_unavailable' });
  await Promise.all([store.close(), store.ledger.close()]);
});

test('a password of a database that cannot be reached is not told', {
  skip: 'skip' in services.postgres,
}, async (t) => {
  const folder = temporaryFolder(t);
  const url = new URL('skip' in services.postgres ? 'x:' : await services.postgres.fresh());
  url.password = 'hidden-password';
  url.pathname = '/no-such-database';
  await assert.rejects(openStore(options(folder, { database: url.href })), (error) => {
    assert.ok(error instanceof Error);
    assert.match(error.message, /does not exist/);
    assert.equal(`${error.message}${error.stack}`.includes('hidden-password'), false);
    return true;
  });
});

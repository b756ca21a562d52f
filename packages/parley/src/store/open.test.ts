import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { ApiError } from '@parley/protocol';
import { completion, openStore, query, question, temporaryFolder } from './store.fixture.ts';

test('a file keeps its completions, and nobody else may read it', async (t) => {
  const path = join(temporaryFolder(t), 'store.db');
  const first = openStore(t, { path });
  await first.add('a', 'c0');
  const mode = (file: string) => statSync(file).mode & 0o777;
  if (process.platform !== 'win32') assert.deepEqual([mode(path), mode(`${path}-wal`)], [0o600, 0o600]);
  await first.store.close();
  await first.store.close();
  assert.equal(existsSync(`${path}-wal`), false);
  const second = openStore(t, { path });
  assert.deepEqual(await second.store.get('a', 'c0'), completion('c0'));
  assert.deepEqual(await second.store.messages('a', 'c0'), question);
});

test('what is kept is there when the process ends in the middle', async (t) => {
  const folder = temporaryFolder(t);
  const { add } = openStore(t, { path: join(folder, 'store.db') });
  await add('a', 'c0');
  // The files as another process would find them now.
  const copy = join(folder, 'copy.db');
  for (const suffix of ['', '-wal']) {
    writeFileSync(copy + suffix, readFileSync(join(folder, `store.db${suffix}`)));
  }
  assert.deepEqual(await openStore(t, { path: copy }).ids(), ['c0']);
});

test('removed texts are not left in the file', async (t) => {
  const path = join(temporaryFolder(t), 'store.db');
  const { store } = openStore(t, { path });
  await store.add('a', completion('c0'), [{ role: 'user', content: 'a very secret question' }]);
  await store.remove('a', 'c0');
  await store.close();
  assert.equal(readFileSync(path).includes('secret question'), false);
});

test('a file of another program, of a later version, or no database at all is refused and left alone', (t) => {
  const folder = temporaryFolder(t);
  const foreign = join(folder, 'foreign.db');
  using other = new DatabaseSync(foreign);
  other.exec('CREATE TABLE theirs (x)');
  other.close();
  const later = join(folder, 'later.db');
  using ours = new DatabaseSync(later);
  ours.exec(`PRAGMA application_id = ${0x70726c79}; PRAGMA user_version = 99; CREATE TABLE newer (x)`);
  ours.close();
  const noise = join(folder, 'noise.db');
  writeFileSync(noise, 'not a database at all, '.repeat(100));
  const cases: [string, RegExp][] = [
    [foreign, /another program/],
    [later, /later version \(its format is 99/],
    [noise, /not a database/],
    [folder, /EISDIR|EPERM|EACCES/],
    [join(folder, 'no', 'such', 'folder.db'), /ENOENT/],
  ];
  for (const [path, message] of cases) {
    const before = path.endsWith('.db') && existsSync(path) ? readFileSync(path) : undefined;
    assert.throws(() => openStore(t, { path }), message, path);
    if (before) assert.deepEqual(readFileSync(path), before);
  }
});

test('two servers may share a file', async (t) => {
  const path = join(temporaryFolder(t), 'store.db');
  const [one, two] = [openStore(t, { path }), openStore(t, { path, limits: { completions: 2 } })];
  await one.add('a', 'c0');
  await two.add('a', 'c1');
  await one.add('a', 'c2');
  await two.add('a', 'c3');
  assert.deepEqual(await one.ids(), ['c2', 'c3']);
});

test('a failure of the storage is a 500 that names neither path nor data, and changes nothing', async (t) => {
  const path = join(temporaryFolder(t), 'store.db');
  const { store, ids, add } = openStore(t, { path });
  await add('a', 'c0');
  using db = new DatabaseSync(path);
  db.exec(`CREATE TRIGGER broken BEFORE INSERT ON metadata_pair BEGIN SELECT raise(ABORT, '${path}'); END`);
  const told = { status: 500, code: 'storage_failed', message: 'The completion could not be stored.' };
  await assert.rejects(store.add('a', completion('c1', { metadata: { k: 'secret' } }), question), (error) => {
    assert.ok(error instanceof ApiError && error.cause instanceof Error);
    assert.deepEqual({ status: error.status, code: error.code, message: error.message }, told);
    assert.match(error.cause.name, /^SQLite \d+: constraint failed$/);
    return true;
  });
  assert.deepEqual(await ids(), ['c0']);
  await store.add('a', completion('c1'), question);
  assert.deepEqual(await ids(), ['c0', 'c1']);
});

test('a closed store answers with a failure', async (t) => {
  const { store } = openStore(t);
  await store.close();
  await assert.rejects(store.get('a', 'c0'), { status: 500, code: 'storage_failed' });
  await assert.rejects(store.list('a', query()), { status: 500, code: 'storage_failed' });
  await assert.rejects(store.add('a', completion('c0'), question), { status: 500, code: 'storage_failed' });
});

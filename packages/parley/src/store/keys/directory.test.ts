import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { VirtualKey } from '../../core/keys.ts';
import type { Changes } from './change-table.ts';
import { NO_LIMITS } from './check-input.ts';
import { Directory } from './directory.ts';
import type { StoredKey } from './key-table.ts';

/** A database that counts what it is asked, and answers when it may. */
function fakeDatabase() {
  const rows = new Map<string, StoredKey>();
  const changed: string[] = [];
  const asked: string[] = [];
  const state = { now: 1_000_000, broken: false, gate: Promise.resolve() };
  const put = (id: string, name: string) => {
    const key: VirtualKey = {
      id,
      name,
      userId: undefined,
      teamId: undefined,
      models: undefined,
      origins: undefined,
      expiresAt: undefined,
      limits: { ...NO_LIMITS, concurrent: 1 },
      metadata: {},
      createdAt: 0,
      revokedAt: undefined,
      previousUntil: undefined,
    };
    rows.set(id, { key, secretHash: '', previousHash: undefined });
    changed.push(`key:${id}`);
  };
  const answer = async <T>(what: string, value: () => T): Promise<T> => {
    asked.push(what);
    if (state.broken) throw new Error('no database');
    const read = value();
    await state.gate;
    return read;
  };
  const troubles: unknown[] = [];
  const directory = new Directory({
    key: (id) => answer(id, () => rows.get(id)),
    owner: (kind, id) => answer(`${kind}:${id}`, () => undefined),
    changesSince: (last) =>
      answer(
        'changes',
        (): Changes => ({
          last: changed.length,
          entities: last < 0 ? undefined : changed.slice(last),
        }),
      ),
    now: () => state.now,
    timeoutMs: 1_000,
    graceMs: 60_000,
    onTrouble: (error) => troubles.push(error),
  });
  const name = async (id: string) => (await directory.key(id))?.key.name;
  const count = (what: string) => asked.filter((one) => one === what).length;
  return { state, put, directory, name, count, troubles };
}

test('a key is read once, and again when it has changed, within a second', async () => {
  const { state, put, name, count } = fakeDatabase();
  put('a', 'first');
  assert.deepEqual(
    [await name('a'), await name('a'), await name('b'), await name('b')],
    ['first', 'first', undefined, undefined],
  );
  assert.deepEqual([count('a'), count('b'), count('changes')], [1, 1, 1]);
  put('a', 'second');
  put('b', 'new');
  state.now += 900;
  assert.deepEqual([await name('a'), await name('b')], ['second', 'new']);
  assert.deepEqual([count('a'), count('b')], [2, 2]);
  state.now += 900;
  assert.equal(await name('a'), 'second');
  assert.deepEqual([count('a'), count('changes')], [2, 3]);
});

test('between the two a busy process asks without anybody waiting', async () => {
  const { state, put, name, count } = fakeDatabase();
  put('a', 'first');
  await name('a');
  put('a', 'second');
  state.now += 500;
  assert.equal(await name('a'), 'first');
  await new Promise(setImmediate);
  assert.deepEqual([await name('a'), count('changes')], ['second', 2]);
});

test('what was read before a change that is known is not remembered', async () => {
  const { state, put, directory, name, count } = fakeDatabase();
  put('a', 'first');
  await name('nobody');
  let open = () => {};
  state.gate = new Promise((resolve) => {
    open = resolve;
  });
  const reading = name('a');
  await new Promise(setImmediate);
  put('a', 'second');
  directory.forget('key:a');
  const later = name('a');
  open();
  assert.deepEqual([await reading, await later, await name('a')], ['first', 'second', 'second']);
  assert.equal(count('a'), 2);
});

test('many who ask for the same at once ask the database once', async () => {
  const { put, name, count } = fakeDatabase();
  put('a', 'first');
  await Promise.all(Array.from({ length: 50 }, () => name('a')));
  assert.deepEqual([count('a'), count('changes')], [1, 1]);
});

test('guessers push no key out, and unknown keys are bounded', async () => {
  const { put, name, count } = fakeDatabase();
  put('a', 'first');
  await name('a');
  for (let i = 0; i < 12_000; i++) await name(`guess${i}`);
  assert.deepEqual([await name('a'), count('a')], ['first', 1]);
  await name('guess0');
  assert.equal(count('guess0'), 2);
});

test('in trouble what is remembered is believed for the time of grace, and the rest is a 503', async () => {
  const { state, put, name, directory, troubles } = fakeDatabase();
  put('a', 'first');
  put('b', 'second');
  await name('a');
  state.broken = true;
  state.now += 1_000;
  assert.equal(await name('a'), 'first');
  assert.equal(troubles.length, 1);
  await assert.rejects(name('b'), { status: 503, code: 'store_unavailable' });
  assert.deepEqual(await directory.levels({ keyId: 'a', userId: undefined, teamId: undefined }), [
    { subject: 'key:a', limits: { ...NO_LIMITS, concurrent: 1 } },
  ]);
  state.now += 60_000;
  assert.equal(await name('a'), 'first');
  state.now += 1;
  await assert.rejects(name('a'), { status: 503 });
  state.broken = false;
  put('a', 'third');
  state.now += 1_000;
  await name('a').catch(() => undefined);
  await new Promise(setImmediate);
  assert.deepEqual([await name('a'), await name('b')], ['third', 'second']);
});

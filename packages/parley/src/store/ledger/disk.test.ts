import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { test } from 'node:test';
import { openAt, STORES } from '../stores.fixture.ts';

test('without a disk for the journal a call is settled when the database has it; with one again, as before', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const [sqlite] = STORES;
  assert.ok(sqlite);
  const place = await sqlite.place(t);
  const { store, reserve, row, troubles } = await openAt(t, place);
  rmSync(place.journal, { recursive: true });
  t.mock.timers.tick(1_000);
  const ids = async () => (await store.rows({ limit: 10 })).rows.map(({ id }) => id);
  for (let tries = 0; troubles.length === 0; tries++) {
    assert.ok(tries < 1_000, 'it is noticed');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const first = await reserve({});
  await first.settle(row('c0', {}));
  assert.deepEqual([await ids(), store.status().unrecorded], [['c0'], 0]);
  assert.deepEqual([...new Set(troubles)].sort(), [
    'the journal cannot be kept',
    'the journal cannot be written',
  ]);
  mkdirSync(place.journal);
  const second = await reserve({});
  await second.settle(row('c1', {}));
  assert.equal(readdirSync(place.journal).length, 1);
  await store.close();
  assert.deepEqual(readdirSync(place.journal), []);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { member, memoryDatabase, NOON, taking } from '../counters/counters.fixture.ts';
import { DatabaseCounters } from '../counters/database.ts';
import { ledgerRow } from '../journal/journal.fixture.ts';
import type { RecordedRow } from './recorded-row.ts';
import { PROCESS_ENDED, RowTable } from './row-table.ts';
import { UsageTable } from './usage-table.ts';

const row = (rowId: string, more: Partial<RecordedRow['row']> = {}, heldFor: string[] = []): RecordedRow => ({
  rowId,
  row: ledgerRow(`call ${rowId}`, { startedAt: NOON, cost: 5n, teamId: 't', ...more }),
  heldFor,
});

async function opened(t: { after(action: () => unknown): void }) {
  const database = await memoryDatabase();
  t.after(() => database.close());
  const [rows, usage, counters] = [
    new RowTable(database),
    new UsageTable(database),
    new DatabaseCounters(database),
  ];
  const sums = async () => {
    const query = { from: 0, to: 10 ** 9 * 3_600_000, groupBy: [], interval: undefined };
    const [sum] = await usage.usage(query);
    return [sum?.calls, sum?.failed, sum?.estimated, sum?.cost];
  };
  const states = () =>
    database.run('SELECT subject, concurrent, held, total_spent FROM parley_subject ORDER BY subject');
  return { database, rows, usage, counters, sums, states };
}

test('a row that comes twice is there once, and costs once', async (t) => {
  const { rows, sums, usage } = await opened(t);
  const first = await rows.record('', [row('r1'), row('r2'), row('r1')]);
  assert.equal(first.get('key:k')?.totalSpent, 10n);
  const again = await rows.record('', [row('r2'), row('r3')]);
  assert.equal(again.get('team:t')?.totalSpent, 15n);
  // Whoever did not hear the first answer hears it now.
  const dull = await rows.record('', [row('r1')]);
  assert.equal(dull.get('key:k')?.totalSpent, 15n);
  assert.deepEqual(await sums(), [3, 0, 0, 15n]);
  assert.equal((await usage.rows({ limit: 10 })).rows.length, 3);
});

test('a settled row takes the place of one that says the call never settled, and not the other way', async (t) => {
  const { rows, sums, usage } = await opened(t);
  const lost = {
    outcome: 'failed',
    errorCode: PROCESS_ENDED,
    estimated: true,
    cost: 0n,
    target: undefined,
  } as const;
  await rows.record('', [row('r1', lost)]);
  assert.deepEqual(await sums(), [1, 1, 1, 0n]);
  await rows.record('', [row('r1'), row('r2')]);
  assert.deepEqual(await sums(), [2, 0, 0, 10n]);
  await rows.record('', [row('r1', lost), row('r2', lost)]);
  assert.deepEqual(await sums(), [2, 0, 0, 10n]);
  assert.deepEqual(
    (await usage.rows({ limit: 10 })).rows.map(({ errorCode }) => errorCode),
    [undefined, undefined],
  );
});

test('what was held for a row is given back with it, once, and only to a process that is known', async (t) => {
  const { rows, counters, states } = await opened(t);
  await counters.restate({ process: member('p'), holdings: [], replaces: [] });
  const take = taking(['key:k'], { concurrent: 9 }, { cost: 20n });
  const result = await counters.round({ process: 'p', now: NOON, finishes: [], takes: [take] });
  assert.ok(result.known && result.verdicts[0]?.kind === 'granted');
  const { hold } = result.verdicts[0];
  await counters.round({ process: 'p', now: NOON, finishes: [{ hold, tokens: 1, cost: 5n }], takes: [] });
  const state = (held: bigint, spent: bigint) => [
    { subject: 'key:k', concurrent: 0n, held, total_spent: spent },
    { subject: 'team:t', concurrent: 0n, held: 0n, total_spent: spent },
  ];
  await rows.record('another', [row('r0', {}, ['key:k'])]);
  assert.deepEqual(await states().then((all) => all.map((one) => ({ ...one }))), state(5n, 5n));
  for (let i = 0; i < 2; i++) await rows.record('p', [row('r1', {}, ['key:k'])]);
  assert.deepEqual(await states().then((all) => all.map((one) => ({ ...one }))), state(0n, 10n));
});

test('a failure in the middle keeps nothing of the batch', async (t) => {
  const { database, rows, sums, states } = await opened(t);
  await database.run(
    `CREATE TRIGGER broken BEFORE INSERT ON parley_usage BEGIN SELECT raise(ABORT, 'no'); END`,
  );
  await assert.rejects(rows.record('', [row('r1')]), /no/);
  await database.run('DROP TRIGGER broken');
  assert.deepEqual([await sums(), await states()], [[0, 0, 0, 0n], []]);
  await rows.record('', [row('r1')]);
  assert.deepEqual(await sums(), [1, 0, 0, 5n]);
});

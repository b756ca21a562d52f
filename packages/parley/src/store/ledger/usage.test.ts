import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LedgerRow } from '../../core/ledger.ts';
import type { UsageQuery } from '../../core/usage.ts';
import { NOON, openAt, recorded, STORES } from '../stores.fixture.ts';

const HOUR = 3_600_000;
const ALL: UsageQuery = { from: NOON - 48 * HOUR, to: NOON + 48 * HOUR, groupBy: [], interval: undefined };

/** Calls of two keys, over three hours and two days. */
const CALLS: readonly Partial<LedgerRow>[] = [
  { id: 'c0', keyId: 'a', userId: 'u', teamId: 't', model: 'm', target: 'x', startedAt: NOON, cost: 1n },
  { id: 'c1', keyId: 'a', userId: 'u', teamId: 't', model: 'm', target: 'y', startedAt: NOON + 1, cost: 10n },
  { id: 'c2', keyId: 'a', model: 'n', target: 'x', startedAt: NOON + HOUR, cost: 100n, outcome: 'cancelled' },
  {
    id: 'c3',
    keyId: 'b',
    teamId: 't',
    model: 'm',
    target: undefined,
    startedAt: NOON + 24 * HOUR,
    cost: 1_000n,
    outcome: 'failed',
    estimated: true,
  },
];

for (const { name, skip, place } of STORES.filter((store) => store.name !== 'SQLite, counters in memory')) {
  describe(name, { skip: skip ?? false }, () => {
    async function filled(t: { after(action: () => unknown): void }) {
      const here = await openAt(t, await place(t));
      for (const call of CALLS) {
        const reservation = await here.reserve(call);
        await reservation.settle(here.row(call.id ?? '', {}, call));
      }
      await recorded(here.store);
      return here;
    }

    test('sums by nothing, by who, by what, by when', async (t) => {
      const { store } = await filled(t);
      const short = async (query: Partial<UsageQuery>) =>
        (await store.usage({ ...ALL, ...query })).map(({ startsAt, group, calls, cost }) => [
          startsAt === undefined ? undefined : (startsAt - NOON) / HOUR,
          ...Object.values(group),
          calls,
          Number(cost),
        ]);
      assert.deepEqual(await store.usage(ALL), [
        {
          startsAt: undefined,
          group: {},
          calls: 4,
          answered: 2,
          cancelled: 1,
          failed: 1,
          estimated: 1,
          promptTokens: 40,
          cachedTokens: 16,
          completionTokens: 20,
          reasoningTokens: 8,
          cost: 1_111n,
        },
      ]);
      assert.deepEqual(await short({ groupBy: ['key'] }), [
        [undefined, 'a', 3, 111],
        [undefined, 'b', 1, 1_000],
      ]);
      assert.deepEqual(await short({ groupBy: ['team', 'target'] }), [
        [undefined, '', 'x', 1, 100],
        [undefined, 't', '', 1, 1_000],
        [undefined, 't', 'x', 1, 1],
        [undefined, 't', 'y', 1, 10],
      ]);
      assert.deepEqual(await short({ interval: 'hour' }), [
        [0, 2, 11],
        [1, 1, 100],
        [24, 1, 1_000],
      ]);
      assert.deepEqual(await short({ interval: 'day', groupBy: ['model'] }), [
        [-12, 'm', 2, 11],
        [-12, 'n', 1, 100],
        [12, 'm', 1, 1_000],
      ]);
      assert.deepEqual(await short({ from: NOON + HOUR, to: NOON + 24 * HOUR }), [[undefined, 1, 100]]);
      assert.deepEqual(await short({ groupBy: ['model'], keyId: 'a', teamId: 't' }), [
        [undefined, 'm', 2, 11],
      ]);
      assert.deepEqual(await short({ groupBy: ['key'], userId: '' }), [
        [undefined, 'a', 1, 100],
        [undefined, 'b', 1, 1_000],
      ]);
      assert.deepEqual(await short({ to: ALL.from }), [[undefined, 0, 0]]);
      await assert.rejects(store.usage({ ...ALL, from: NOON + 1 }), { status: 400, param: 'from' });
    });

    test('rows: newest first, in pages, of whom and when', async (t) => {
      const { store } = await filled(t);
      const ids = async (query: Parameters<typeof store.rows>[0]) => {
        const all: string[] = [];
        for (let after = query.after; ; ) {
          const page = await store.rows({ ...query, after });
          assert.ok(page.rows.length <= query.limit);
          all.push(...page.rows.map(({ id }) => id));
          after = page.next;
          if (after === undefined) return all.join(' ');
        }
      };
      assert.equal(await ids({ limit: 1 }), 'c3 c2 c1 c0');
      assert.equal(await ids({ limit: 3 }), 'c3 c2 c1 c0');
      assert.equal(await ids({ limit: 4, keyId: 'a' }), 'c2 c1 c0');
      assert.equal(await ids({ limit: 1, userId: 'u', target: 'y' }), 'c1');
      assert.equal(await ids({ limit: 2, target: '' }), 'c3');
      assert.equal(await ids({ limit: 2, from: NOON + 1, to: NOON + 24 * HOUR }), 'c2 c1');
      assert.equal(await ids({ limit: 2, id: 'c0' }), 'c0');
      assert.equal(await ids({ limit: 2, model: "' OR 1=1 --" }), '');
      for (const after of ['', 'x', "1' OR", Buffer.from('abc').toString('base64url')]) {
        await assert.rejects(store.rows({ limit: 1, after }), { status: 400, param: 'after' });
      }
      await assert.rejects(store.rows({ limit: 1_001 }), { status: 400, param: 'limit' });
    });
  });
}

test('rows go when their time is over; sums stay', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const [sqlite] = STORES;
  assert.ok(sqlite);
  const { store, clock, reserve, row } = await openAt(t, await sqlite.place(t), { rowDays: 1 });
  for (const id of ['c0', 'c1']) {
    await (await reserve({})).settle(row(id, {}));
    clock.now += 12 * HOUR;
  }
  await recorded(store);
  clock.now += 1;
  t.mock.timers.tick(5_000);
  let left: readonly LedgerRow[] = [];
  for (let tries = 0; tries < 500 && left.length !== 1; tries++) {
    left = (await store.rows({ limit: 10 })).rows;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.deepEqual(
    left.map(({ id }) => id),
    ['c1'],
  );
  assert.equal((await store.usage(ALL))[0]?.calls, 2);
});

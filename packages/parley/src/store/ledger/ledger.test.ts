import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { ApiError } from '@parley/protocol';
import type { Limits, Reservation } from '../../core/ledger.ts';
import { NOON, openAt, outcomeOf, recorded, STORES } from '../stores.fixture.ts';

for (const { name, skip, place } of STORES) {
  describe(name, { skip: skip ?? false }, () => {
    test('a call leaves one row with all that is known of it, and holds nothing', async (t) => {
      const where = await place(t);
      const { store, reserve, row, troubles } = await openAt(t, where);
      const charged = { keyId: 'k', userId: 'u', teamId: 't' };
      const reservation = await reserve(charged, { callId: 'c1' });
      assert.equal(store.status().open, 1);
      const full = row('c1', charged, {
        usage: {
          promptTokens: 11,
          cachedTokens: 3,
          completionTokens: 7,
          reasoningTokens: 2,
          acceptedPredictionTokens: 1,
          rejectedPredictionTokens: 0,
        },
        timing: { queueSeconds: 0, promptSeconds: 0.25, completionSeconds: 1, totalSeconds: 1.25 },
        attempts: [
          { target: 'a', outcome: 'timeout' },
          { target: 'b', outcome: 'answered' },
        ],
        estimated: true,
        cost: 123_456_789_012_345n,
        errorCode: 'none',
        target: 'b',
      });
      await reservation.settle(full);
      await recorded(store);
      assert.deepEqual(await store.rows({ limit: 10 }), { rows: [full], next: undefined });
      assert.deepEqual(store.status(), {
        open: 0,
        unrecorded: 0,
        databaseTroubleSince: undefined,
        countersTroubleSince: undefined,
      });
      await store.close();
      assert.deepEqual([readdirSync(where.journal), troubles], [[], []]);
    });

    test('each limit refuses what is beyond it, and tells when to come back', async (t) => {
      const { store, clock, reserve } = await openAt(t, await place(t));
      clock.now += 15_000;
      const cases: [Partial<Limits>, string, number | undefined, RegExp][] = [
        [{ requestsPerMinute: 2 }, '429 rate_limit_exceeded', 45, /may make 2 requests a minute/],
        [{ tokensPerMinute: 250 }, '429 rate_limit_exceeded', 45, /250 tokens a minute.* may use 100\.$/],
        [{ concurrent: 2 }, '429 rate_limit_exceeded', 1, /may have 2 calls running/],
        [
          { budgetPerDay: 2_999n },
          '402 budget_exceeded',
          undefined,
          /for the day, .*2026-03-15T00:00:00.000Z: \$0.000002999/,
        ],
        [{ budgetPerMonth: 2_000n }, '402 budget_exceeded', undefined, /for the month, .*2026-04-01T00:00/],
        [{ budgetTotal: 2_000n }, '402 budget_exceeded', undefined, /This API key has used up its budget: /],
      ];
      for (const [limits, outcome, retryAfterSeconds, message] of cases) {
        const { key } = await store.keys.create({ name: 'limited', limits });
        const all = await Promise.all(Array.from({ length: 4 }, () => outcomeOf(reserve({ keyId: key.id }))));
        assert.deepEqual(
          all.sort(),
          [outcome, outcome, 'granted', 'granted'].sort(),
          JSON.stringify(Object.keys(limits)),
        );
        await assert.rejects(reserve({ keyId: key.id }), (error) => {
          assert.ok(error instanceof ApiError);
          assert.equal(error.retryAfterSeconds, retryAfterSeconds);
          assert.match(error.message, message);
          return true;
        });
      }
    });

    test('what can never fit is told so, without a time to come back', async (t) => {
      const { store, reserve } = await openAt(t, await place(t));
      const { key } = await store.keys.create({ name: 'small', limits: { tokensPerMinute: 99 } });
      await assert.rejects(reserve({ keyId: key.id }), (error) => {
        assert.ok(error instanceof ApiError && error.status === 429 && error.retryAfterSeconds === undefined);
        assert.match(error.message, /this request alone may use 100: make it shorter/);
        return true;
      });
    });

    test('limits of key, user and team hold together', async (t) => {
      const { store, reserve } = await openAt(t, await place(t));
      await store.keys.putOwner({ kind: 'user', id: 'u', limits: { concurrent: 3 } });
      await store.keys.putOwner({ kind: 'team', id: 't', limits: { concurrent: 4 } });
      const owners = { userId: 'u', teamId: 't' };
      const { key } = await store.keys.create({ name: 'a', ...owners, limits: { concurrent: 2 } });
      const free = await store.keys.create({ name: 'b', ...owners });
      const outcome = (keyId: string, userId: string | undefined) =>
        outcomeOf(reserve({ keyId, userId, teamId: 't' }));
      const limited = '429 rate_limit_exceeded';
      assert.equal(await outcome(key.id, 'u'), 'granted');
      assert.equal(await outcome(key.id, 'u'), 'granted');
      assert.equal(await outcome(key.id, 'u'), limited);
      assert.equal(await outcome(free.key.id, 'u'), 'granted');
      assert.equal(await outcome(free.key.id, 'u'), limited);
      assert.equal(await outcome('nobody', undefined), 'granted');
      await assert.rejects(reserve({ keyId: 'nobody', teamId: 't' }), /The team 't' may have 4 calls/);
    });

    test('what was reserved and not used is free again, and what was used stays used', async (t) => {
      const { store, clock, reserve, row } = await openAt(t, await place(t));
      const limits = { tokensPerMinute: 115, budgetPerDay: 1_500n, concurrent: 1 };
      const { key } = await store.keys.create({ name: 'a', limits });
      const charged = { keyId: key.id };
      const first = await reserve(charged);
      assert.equal(await outcomeOf(reserve(charged)), '402 budget_exceeded');
      // Of 100 tokens and 1000 nanodollars it uses 15 and 500.
      await first.settle(row('c', charged, { cost: 500n }));
      const second = await reserve(charged);
      await second.settle(row('c', charged, { cost: 501n, outcome: 'cancelled', status: 499 }));
      assert.equal(await outcomeOf(reserve(charged, { cost: 500n })), '402 budget_exceeded');
      assert.equal(await outcomeOf(reserve(charged, { cost: 1n })), '429 rate_limit_exceeded');
      await recorded(store);
      assert.equal(await outcomeOf(reserve(charged, { cost: 500n })), '402 budget_exceeded');
      clock.now = Date.UTC(2026, 2, 15);
      assert.equal(await outcomeOf(reserve(charged, { cost: 1_500n })), 'granted');
    });

    test('money that was spent is remembered by the next process', async (t) => {
      const where = await place(t);
      const first = await openAt(t, where);
      const { key } = await first.store.keys.create({ name: 'a', limits: { budgetTotal: 1_000n } });
      const charged = { keyId: key.id };
      const reservation = await first.reserve(charged, { cost: 600n });
      await reservation.settle(first.row('c', charged, { cost: 600n }));
      await first.store.close();
      const second = await openAt(t, where);
      assert.equal(await outcomeOf(second.reserve(charged, { cost: 401n })), '402 budget_exceeded');
      assert.equal(await outcomeOf(second.reserve(charged, { cost: 400n })), 'granted');
    });

    test('a limit that comes later counts what was spent before', async (t) => {
      const { store, reserve, row } = await openAt(t, await place(t));
      const { key } = await store.keys.create({ name: 'a' });
      const charged = { keyId: key.id };
      await (await reserve(charged)).settle(row('c', charged, { cost: 700n }));
      await recorded(store);
      await store.keys.update(key.id, { limits: { budgetTotal: 1_000n } });
      assert.equal(await outcomeOf(reserve(charged, { cost: 301n })), '402 budget_exceeded');
      assert.equal(await outcomeOf(reserve(charged, { cost: 300n })), 'granted');
    });

    test('ids that callers choose twice are two rows', async (t) => {
      const { store, reserve, row } = await openAt(t, await place(t));
      for (const cost of [1n, 2n]) {
        await (await reserve({}, { callId: 'same' })).settle(row('same', {}, { cost }));
      }
      await recorded(store);
      const { rows } = await store.rows({ id: 'same', limit: 10 });
      assert.deepEqual(rows.map(({ cost }) => cost).sort(), [1n, 2n]);
    });

    test('a row of nonsense is refused and keeps no other out; texts of callers do no harm', async (t) => {
      const { store, reserve, row } = await openAt(t, await place(t));
      const { key } = await store.keys.create({ name: 'a', limits: { concurrent: 1 } });
      const charged = { keyId: key.id };
      const usage = { promptTokens: Number.NaN, cachedTokens: 0, completionTokens: 0, reasoningTokens: 0 };
      const bad = await reserve(charged);
      await assert.rejects(bad.settle(row('c', charged, { usage })), {
        status: 500,
        message: /promptTokens/,
      });
      const good = await reserve(charged);
      await good.settle(row("'; DROP TABLE parley_row; -- \0 \ud800", charged, { model: 'ü'.repeat(1_000) }));
      await assert.rejects(good.settle(row('again', charged)), { status: 500, message: /twice/ });
      await recorded(store);
      const { rows } = await store.rows({ limit: 10 });
      assert.deepEqual(
        rows.map(({ id, model }) => [id, model.length]),
        [["'; DROP TABLE parley_row; -- \ufffd \ufffd", 500]],
      );
    });

    test('a thousand calls at once: each limit exactly, each row once, nothing left', async (t) => {
      const { store, reserve, row, troubles } = await openAt(t, await place(t));
      await store.keys.putOwner({
        kind: 'team',
        id: 't',
        limits: { requestsPerMinute: 700, budgetTotal: 10n ** 9n },
      });
      const { key } = await store.keys.create({ name: 'a', teamId: 't', limits: { concurrent: 400 } });
      const charged = { keyId: key.id, teamId: 't' };
      const burst = async (count: number) => {
        const all = await Promise.allSettled(Array.from({ length: count }, () => reserve(charged)));
        return all.flatMap((one): Reservation[] => (one.status === 'fulfilled' ? [one.value] : []));
      };
      const first = await burst(1_000);
      assert.equal(first.length, 400);
      await Promise.all(first.map(({ callId, settle }, i) => settle.call(first[i], row(callId, charged))));
      const second = await burst(600);
      assert.equal(second.length, 300);
      await Promise.all(second.map((one) => one.settle(row(one.callId, charged))));
      await recorded(store);
      const [sum] = await store.usage({
        from: NOON,
        to: NOON + 3_600_000,
        groupBy: ['team'],
        interval: undefined,
      });
      assert.deepEqual([sum?.calls, sum?.cost, sum?.group], [700, 700_000n, { team: 't' }]);
      assert.deepEqual(troubles, []);
    });
  });
}

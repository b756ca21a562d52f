import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { Limits } from '../core/ledger.ts';
import { StoreProcess } from './child-process.fixture.ts';
import { temporaryFolder } from './journal/journal.fixture.ts';
import { NOON, openAt, outcomeOf, STORES } from './stores.fixture.ts';

const cache = temporaryFolder({ after });
const PROCESSES = 4;
const CALLS = 125;

for (const { name, skip, place } of STORES.filter(({ shared }) => shared)) {
  describe(name, { skip: skip ?? false }, () => {
    /** Processes that share a store, and the store as this one sees it. */
    async function together(t: { after(action: () => unknown): void }) {
      const where = await place(t);
      const here = await openAt(t, where, { timeoutMs: 20_000 });
      const processes = Array.from({ length: PROCESSES }, (_, i) => {
        const store = { ...where, timeoutMs: 20_000 };
        const charged = { keyId: 'k', userId: undefined, teamId: undefined };
        const child = new StoreProcess({ store, now: NOON, charged, load: 0, name: `p${i}` }, cache);
        t.after(() => child.kill());
        return child;
      });
      await Promise.all(processes.map((child) => child.ready()));
      return { ...here, where, processes };
    }

    /** All at once. */
    async function reserve(processes: readonly StoreProcess[], team: string) {
      const answers = await Promise.all(processes.map((child) => child.order(`reserve ${CALLS} ${team}`)));
      const told = answers.map((answer): { granted: number; codes: string[] } => JSON.parse(answer));
      const codes = [...new Set(told.flatMap((one) => one.codes))];
      return { granted: told.reduce((sum, one) => sum + one.granted, 0), codes };
    }

    test('each limit holds exactly under 500 calls at once from four processes', async (t) => {
      const { store, processes } = await together(t);
      const cases: Record<string, [Partial<Limits>, number, string]> = {
        concurrent: [{ concurrent: 137 }, 137, 'rate_limit_exceeded'],
        requests: [{ requestsPerMinute: 211 }, 211, 'rate_limit_exceeded'],
        tokens: [{ tokensPerMinute: 17_350 }, 173, 'rate_limit_exceeded'],
        day: [{ budgetPerDay: 301_999n }, 301, 'budget_exceeded'],
        month: [{ budgetPerMonth: 250_000n, concurrent: 400 }, 250, 'budget_exceeded'],
        total: [{ budgetTotal: 99_000n }, 99, 'budget_exceeded'],
      };
      for (const [team, [limits]] of Object.entries(cases)) {
        await store.keys.putOwner({ kind: 'team', id: team, limits });
      }
      for (const [team, [, most, code]] of Object.entries(cases)) {
        assert.deepEqual(await reserve(processes, team), { granted: most, codes: [code] }, team);
        await Promise.all(processes.map((child) => child.order(`settle all ${team}`)));
      }
      // Each of those 99 has cost 700 of its 1000: what is left is enough for 29 more.
      assert.deepEqual(await reserve(processes, 'total'), { granted: 29, codes: ['budget_exceeded'] });
      await Promise.all(processes.map((child) => child.order('settle all total')));
      await Promise.all(processes.map((child) => child.close()));
      const [sum] = await store.usage({ from: NOON, to: NOON + 3_600_000, groupBy: [], interval: undefined });
      const calls = Object.values(cases).reduce((total, [, most]) => total + most, 29);
      assert.deepEqual([sum?.calls, sum?.cost], [calls, BigInt(calls) * 700n]);
    });

    test('what a killed process held is free when the next one starts', async (t) => {
      const { store, processes, where, reserve: call } = await together(t);
      await store.keys.putOwner({
        kind: 'team',
        id: 't',
        limits: { concurrent: 200, budgetTotal: 10n ** 9n },
      });
      assert.equal((await reserve(processes, 't')).granted, 200);
      for (const child of processes) await child.kill();
      assert.equal(await outcomeOf(call({ teamId: 't' })), '429 rate_limit_exceeded');
      const next = await openAt(t, where);
      assert.equal(await outcomeOf(call({ teamId: 't' })), 'granted');
      const { rows } = await next.store.rows({ teamId: 't', limit: 1_000 });
      assert.equal(rows.length, 200);
      assert.ok(
        rows.every(
          ({ errorCode, cost, estimated }) => errorCode === 'process_ended' && cost === 0n && estimated,
        ),
      );
    });

    test('a revoked key is refused by every process within a second', async (t) => {
      const { store, processes } = await together(t);
      const { key, secret } = await store.keys.create({ name: 'a' });
      const [child] = processes;
      assert.ok(child);
      assert.equal(await child.order(`find ${secret}`), 'found');
      await store.keys.revoke(key.id);
      assert.equal(await store.keys.find(secret), undefined);
      await child.order('advance 900');
      assert.equal(await child.order(`find ${secret}`), 'refused');
    });
  });
}

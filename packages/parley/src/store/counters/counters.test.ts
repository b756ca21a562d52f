import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { COUNTERS } from './all-counters.fixture.ts';
import { holdOf, kinds, limits, member, NOON, taking } from './counters.fixture.ts';
import type { Hold, Take } from './counters.ts';
import { NOTHING_SPENT, windowsAt } from './state.ts';

for (const [name, { skip, open }] of Object.entries(COUNTERS)) {
  describe(name, { skip }, () => {
    /** Counters in which process `p` is registered, with shorter words. */
    async function opened(t: { after(action: () => Promise<void>): void }) {
      const counters = await open();
      t.after(() => counters.end());
      await counters.restate({ process: member('p'), holdings: [], replaces: [] });
      const round = async (takes: Take[], { now = NOON, process = 'p', finishes = [] as Hold[] } = {}) => {
        const done = finishes.map((hold) => ({ hold, tokens: 1, cost: 1n }));
        const result = await counters.round({ process, now, finishes: done, takes });
        assert.ok(result.known);
        return result.verdicts;
      };
      return { counters, round };
    }

    test('each limit stops at its number, and says which it was', async (t) => {
      const { round } = await opened(t);
      const cases: [Take, string][] = [
        [taking(['key:a'], { requestsPerMinute: 3 }), 'requestsPerMinute'],
        [taking(['key:b'], { tokensPerMinute: 300 }, { tokens: 100 }), 'tokensPerMinute'],
        [taking(['key:c'], { concurrent: 3 }), 'concurrent'],
        [taking(['key:d'], { budgetPerDay: 3_000n }, { cost: 1_000n }), 'budgetPerDay'],
        [taking(['key:e'], { budgetPerMonth: 3_000n }, { cost: 1_000n }), 'budgetPerMonth'],
        [taking(['key:f'], { budgetTotal: 3_000n }, { cost: 1_000n }), 'budgetTotal'],
      ];
      for (const [take, limit] of cases) {
        const verdicts = [...(await round([take, take])), ...(await round([take, take, take]))];
        const refusal = { kind: 'refused', refusal: { subject: take.levels[0]?.subject, limit } };
        assert.deepEqual(kinds(verdicts), ['granted', 'granted', 'granted', 'refused', 'refused'], limit);
        assert.deepEqual(verdicts[3], refusal);
      }
    });

    test('all levels hold, and a call that one refuses takes nothing of the others', async (t) => {
      const { round } = await opened(t);
      const narrow = { subject: 'team:t', limits: limits({ concurrent: 1 }) };
      const wide = { subject: 'key:k', limits: limits({ concurrent: 2, requestsPerMinute: 2 }) };
      const both: Take = { levels: [wide, narrow], tokens: 0, cost: 0n };
      const verdicts = await round([both, both, both]);
      assert.deepEqual(kinds(verdicts), ['granted', 'refused', 'refused']);
      assert.deepEqual(verdicts[1], { kind: 'refused', refusal: { subject: 'team:t', limit: 'concurrent' } });
      // The refused ones have used up no request of the key's.
      assert.deepEqual(kinds(await round([taking(['key:k'], { requestsPerMinute: 2, concurrent: 2 })])), [
        'granted',
      ]);
    });

    test('what ends makes room in the same round', async (t) => {
      const { round } = await opened(t);
      const take = taking(
        ['key:a'],
        { concurrent: 1, budgetTotal: 10n, tokensPerMinute: 10 },
        { tokens: 9, cost: 9n },
      );
      const [first] = await round([take]);
      assert.deepEqual(kinds(await round([take])), ['refused']);
      // It used 1 token and 1 nanodollar, and the latter is held until its row is recorded.
      assert.deepEqual(kinds(await round([take, take], { finishes: [holdOf(first)] })), [
        'granted',
        'refused',
      ]);
    });

    test('a minute that is over counts no more, whatever ends in the next', async (t) => {
      const { round } = await opened(t);
      const take = taking(['key:a'], { requestsPerMinute: 1, tokensPerMinute: 100 }, { tokens: 100 });
      const [first] = await round([take], { now: NOON + 59_999 });
      assert.deepEqual(kinds(await round([take], { now: NOON + 59_999 })), ['refused']);
      const later = { now: NOON + 60_000, finishes: [holdOf(first)] };
      // What the first has not used belongs to its own minute.
      assert.deepEqual(kinds(await round([take, take], later)), ['granted', 'refused']);
    });

    test('a clock that is behind counts in the minute that has begun', async (t) => {
      const { round } = await opened(t);
      const take = taking(['key:a'], { requestsPerMinute: 1 });
      assert.deepEqual(kinds(await round([take], { now: NOON + 60_000 })), ['granted']);
      assert.deepEqual(kinds(await round([take], { now: NOON })), ['refused']);
    });

    test('money is exact where doubles are not', async (t) => {
      const { round } = await opened(t);
      const most = 2n ** 53n + 1n;
      const take = (cost: bigint) => taking(['key:a'], { budgetTotal: most + 1_000_000_001n }, { cost });
      assert.deepEqual(kinds(await round([take(most), take(1_000_000_000n), take(2n), take(1n), take(1n)])), [
        'granted',
        'granted',
        'refused',
        'granted',
        'refused',
      ]);
    });

    test('processes share the limits; what one held is free when it is released', async (t) => {
      const { counters, round } = await opened(t);
      await counters.restate({ process: member('q'), holdings: [], replaces: [] });
      const take = taking(['key:a', 'team:b'], { concurrent: 3, budgetTotal: 3n }, { cost: 1n });
      assert.deepEqual(kinds(await round([take, take])), ['granted', 'granted']);
      assert.deepEqual(kinds(await round([take, take], { process: 'q' })), ['granted', 'refused']);
      await counters.release(['p']);
      await counters.release(['p']);
      assert.deepEqual(kinds(await round([take, take, take], { process: 'q' })), [
        'granted',
        'granted',
        'refused',
      ]);
      assert.deepEqual(await counters.round({ process: 'p', now: NOON, finishes: [], takes: [take] }), {
        known: false,
      });
      assert.deepEqual([await counters.beat('p', NOON), await counters.beat('q', NOON + 1)], [false, true]);
      assert.deepEqual(await counters.processes(), [{ ...member('q'), seenAt: NOON + 1 }]);
    });

    test('what is restated takes the place of what was counted, beyond all limits', async (t) => {
      const { counters, round } = await opened(t);
      const take = taking(['key:a'], { concurrent: 2 });
      await round([take, take]);
      const holdings = [{ subject: 'key:a', concurrent: 1, held: 5n }];
      await counters.restate({ process: member('p2'), holdings, replaces: ['p', 'never-there'] });
      assert.deepEqual(
        (await counters.processes()).map(({ id }) => id),
        ['p2'],
      );
      assert.deepEqual(kinds(await round([take, take], { process: 'p2' })), ['granted', 'refused']);
      const many = [{ subject: 'key:a', concurrent: 9, held: 0n }];
      await counters.restate({ process: member('p3'), holdings: many, replaces: ['p2'] });
      assert.deepEqual(kinds(await round([take], { process: 'p3' })), ['refused']);
      await counters.release(['p3']);
      await counters.restate({ process: member('p4'), holdings: [], replaces: [] });
      assert.deepEqual(kinds(await round([take, take, take], { process: 'p4' })), [
        'granted',
        'granted',
        'refused',
      ]);
    });

    test('it tells how the subjects stand', async (t) => {
      const { counters } = await opened(t);
      const takes = [
        taking(
          ['key:a', 'user:u'],
          { concurrent: 5, budgetTotal: 10n ** 12n },
          { tokens: 7, cost: 2_000_000_003n },
        ),
      ];
      const result = await counters.round({ process: 'p', now: NOON, finishes: [], takes });
      const state = {
        ...NOTHING_SPENT,
        ...windowsAt(NOON),
        requests: 1,
        tokens: 7,
        concurrent: 1,
        held: 2_000_000_003n,
      };
      assert.ok(result.known);
      assert.deepEqual([...result.states].sort(), [
        ['key:a', state],
        ['user:u', state],
      ]);
    });
  });
}

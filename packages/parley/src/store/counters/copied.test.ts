import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COUNTERS, SPENT } from './all-counters.fixture.ts';
import { holdOf, kinds, limits, member, NOON, randomIntegers, taking } from './counters.fixture.ts';
import type { Counters, Finish, Hold, Round, Take } from './counters.ts';
import { type Spent, windowsAt } from './state.ts';

for (const name of ['memory', 'redis'] as const) {
  const { skip, open } = COUNTERS[name];
  test(`${name}: what the database says was spent counts, and what it says again counts once`, {
    skip,
  }, async (t) => {
    const counters = await open();
    t.after(() => counters.end());
    await counters.restate({ process: member('p'), holdings: [], replaces: [] });
    const { day, month } = windowsAt(NOON);
    const spent = (money: bigint): Spent => ({
      day,
      daySpent: money,
      month,
      monthSpent: money,
      totalSpent: money,
    });
    SPENT.set('key:rich', spent(4n));
    t.after(() => SPENT.clear());
    const take = taking(['key:rich'], { budgetPerDay: 10n }, { cost: 3n });
    const round = async (takes: Take[]) => {
      const result = await counters.round({ process: 'p', now: NOON, finishes: [], takes });
      assert.ok(result.known);
      return result.verdicts;
    };
    const [first, second, third] = await round([take, take, take]);
    assert.deepEqual(kinds([first, second, third]), ['granted', 'granted', 'refused']);
    // The first cost 2: its row is recorded, and another process has told of it before.
    const finishes = [{ hold: holdOf(first), tokens: 0, cost: 2n }];
    await counters.round({ process: 'p', now: NOON, finishes, takes: [] });
    await counters.recorded('q', [], new Map([['key:rich', spent(6n)]]));
    assert.deepEqual(kinds(await round([taking(['key:rich'], { budgetPerDay: 10n }, { cost: 1n })])), [
      'refused',
    ]);
    await counters.recorded(
      'p',
      [{ subject: 'key:rich', concurrent: 0, held: 2n }],
      new Map([['key:rich', spent(6n)]]),
    );
    await counters.recorded('q', [], new Map([['key:rich', spent(4n)]]));
    const one = taking(['key:rich'], { budgetPerDay: 10n }, { cost: 1n });
    assert.deepEqual(kinds(await round([one, one])), ['granted', 'refused']);
  });
}

/** A round of calls and ends as they come: of few subjects with narrow limits, over some minutes, days and months. */
function randomRounds(random: (limit: number) => number, count: number) {
  const subjects = ['key:a', 'key:b', 'user:u', 'team:t'].map((subject) => ({
    subject,
    limits: limits({
      ...(random(2) && { requestsPerMinute: 1 + random(6) }),
      ...(random(2) && { tokensPerMinute: 100 + random(300) }),
      ...(random(2) && { concurrent: 1 + random(4) }),
      ...(random(2) && { budgetPerDay: BigInt(random(5)) * 10n ** 9n }),
      ...(random(2) && { budgetTotal: BigInt(random(40)) * 10n ** 9n + BigInt(random(1_000_000)) }),
    }),
  }));
  let now = NOON;
  return Array.from({ length: count }, () => {
    now += [0, 0, 1_000, 20_000, 70_000, 86_400_000][random(6)] ?? 0;
    const takes: Take[] = Array.from({ length: random(5) }, () => ({
      levels: subjects.filter(() => random(2)),
      tokens: random(150),
      cost: BigInt(random(3)) * 10n ** 9n + BigInt(random(1_000)),
    })).filter(({ levels }) => levels.length > 0);
    const picks = Array.from({ length: random(4) }, () => random(1_000));
    return { now, takes, picks, used: random(120), cost: BigInt(random(2_000_000_000)) };
  });
}

/** What the counters say in each round. Calls end as the picks say, of those that run. */
async function play(counters: Counters, rounds: ReturnType<typeof randomRounds>) {
  await counters.restate({ process: member('p'), holdings: [], replaces: [] });
  const running: Hold[] = [];
  const heard = [];
  for (const { now, takes, picks, used, cost } of rounds) {
    const ended = picks.flatMap((pick) => running.splice(pick % (running.length || 1), 1));
    const finishes: Finish[] = ended.map((hold) => ({ hold, tokens: used, cost }));
    const round: Round = { process: 'p', now, finishes, takes };
    const result = await counters.round(round);
    assert.ok(result.known);
    running.push(...result.verdicts.flatMap((verdict) => (verdict.kind === 'granted' ? verdict.hold : [])));
    heard.push({
      verdicts: result.verdicts,
      states: [...result.states].sort(([a], [b]) => (a < b ? -1 : 1)),
    });
  }
  return heard;
}

test('all of them say the same of the same calls', async (t) => {
  for (let seed = 1; seed <= 6; seed++) {
    const rounds = randomRounds(randomIntegers(seed), 60);
    const said = new Map<string, Awaited<ReturnType<typeof play>>>();
    for (const [name, { skip, open }] of Object.entries(COUNTERS)) {
      if (skip !== undefined) {
        t.diagnostic(`without ${name}: ${skip}`);
        continue;
      }
      const counters = await open();
      said.set(name, await play(counters, rounds));
      await counters.end();
    }
    const [first, ...others] = [...said];
    assert.ok(first && others.length >= 1);
    const all = first[1].flatMap(({ verdicts }) => kinds(verdicts));
    assert.ok(all.includes('granted') && all.includes('refused'), `seed ${seed} tries both`);
    for (const [name, heard] of others)
      assert.deepEqual(heard, first[1], `seed ${seed}: ${name} and ${first[0]}`);
  }
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ChatRequest } from '../../core/complete.ts';
import { FakeClock } from '../fake-clock.test.support.ts';
import { asking, target } from '../scripted.test.support.ts';
import type { Target } from '../target.ts';
import { type BalancerWorld, createBalancer } from './balancer.ts';
import { FirstTokenTimes } from './lowest-latency.ts';

/** Chance that is the same each time (Park and Miller, 1988). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

function world(more: Partial<BalancerWorld> = {}): BalancerWorld {
  const clock = new FakeClock();
  return {
    random: seeded(7),
    clock,
    inFlight: () => 0,
    firstTokenTimes: new FirstTokenTimes(clock),
    ...more,
  };
}

const somebody = { id: 'somebody' };
const called = (request: ChatRequest, id = somebody.id) => ({ request, principal: { id } });
const counted = (ids: readonly (string | undefined)[], id: string) =>
  ids.filter((each) => each === id).length;

describe('weighted', () => {
  const targets = [target('a', { weight: 5 }), target('b', { weight: 3 }), target('c', { weight: 0.5 })];
  const total = 8.5;

  it('gives each its share exactly, at any time', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const balance = createBalancer('weighted', world({ random: seeded(seed) }));
      const firsts: (string | undefined)[] = [];
      for (let calls = 1; calls <= 200; calls++) {
        firsts.push(balance(targets, called(asking()))[0]?.id);
        for (const { id, weight } of targets) {
          const due = (calls * weight) / total;
          const got = counted(firsts, id);
          assert.ok(Math.abs(got - due) < 2, `${id}: ${got} of ${calls}, due ${due}`);
        }
      }
    }
  });

  it('is the same for the same chance, and begins elsewhere for another', () => {
    const firsts = (seed: number) => {
      const balance = createBalancer('weighted', world({ random: seeded(seed) }));
      return Array.from({ length: 20 }, () => balance(targets, called(asking()))[0]?.id).join();
    };
    assert.equal(firsts(3), firsts(3));
    const beginnings = new Set(Array.from({ length: 30 }, (_, seed) => firsts(seed + 1).slice(0, 1)));
    assert.ok(beginnings.size > 1);
  });

  it('divides among the others what one does not take', () => {
    const balance = createBalancer('weighted', world());
    const firsts = Array.from({ length: 350 }, () => balance(targets.slice(1), called(asking()))[0]?.id);
    assert.ok(Math.abs(counted(firsts, 'b') - 300) <= 1);
  });

  it('names all of them, for when the first fails', () => {
    const order = createBalancer('weighted', world())(targets, called(asking()));
    assert.deepEqual(order.map(({ id }) => id).sort(), ['a', 'b', 'c']);
  });
});

describe('least busy', () => {
  it('goes where least is under way for the weight', () => {
    const running: Record<string, number> = { a: 4, b: 1, c: 1 };
    const inFlight = ({ id }: Target) => running[id] ?? 0;
    const balance = createBalancer('least-busy', world({ inFlight }));
    const targets = [target('a', { weight: 4 }), target('b'), target('c', { weight: 0.5 })];
    assert.deepEqual(
      balance(targets, called(asking())).map(({ id }) => id),
      ['a', 'b', 'c'],
    );
  });

  it('divides by weight what comes one at a time', () => {
    const balance = createBalancer('least-busy', world());
    const targets = [target('a'), target('b')];
    const firsts = Array.from({ length: 100 }, () => balance(targets, called(asking()))[0]?.id);
    assert.ok(Math.abs(counted(firsts, 'a') - 50) <= 1);
  });
});

describe('lowest latency', () => {
  const targets = [target('a'), target('b'), target('c')];

  it('tries all once, and then takes the quickest, but for a few calls that look', () => {
    const measured = world();
    const times: Record<string, number> = { a: 300, b: 100, c: 200 };
    const balance = createBalancer('lowest-latency', measured);
    const firsts = Array.from({ length: 2_000 }, () => {
      const first = balance(targets, called(asking()))[0];
      assert.ok(first);
      measured.firstTokenTimes.add(first, times[first.id] ?? 0);
      return first.id;
    });
    assert.equal(new Set(firsts.slice(0, 10)).size, 3);
    const others = 2_000 - counted(firsts, 'b');
    assert.ok(others > 20 && others < 200, `${others}`);
    assert.ok(counted(firsts, 'a') > 0 && counted(firsts, 'c') > 0);
  });

  it('notices when that changes, and forgets with time', async () => {
    const clock = new FakeClock();
    const times = new FirstTokenTimes(clock);
    const [a] = targets;
    assert.ok(a);
    times.add(a, 1_000);
    for (let i = 0; i < 20; i++) times.add(a, 100);
    assert.ok((times.mean(a) ?? 0) < 120);
    await clock.advance(600_000);
    times.add(a, 5_000);
    assert.ok((times.mean(a) ?? 0) > 4_900, 'after ten half-lives the new one is nearly all there is');
    times.retain(new Set(['b']));
    assert.equal(times.mean(a), undefined);
  });

  it('takes a limit of time that was reached for the time that was waited', async () => {
    const clock = new FakeClock();
    const times = new FirstTokenTimes(clock);
    const [a] = targets;
    assert.ok(a);
    for (const outcome of ['upstream', 'cancelled', 'timeout'] as const) {
      const pass = await times.gate().enter(a, asking());
      await clock.advance(700);
      pass.over({ outcome, usage: undefined, failure: undefined });
      assert.equal(times.mean(a), outcome === 'timeout' ? 700 : undefined);
    }
    const calledOff = async (milliseconds: number) => {
      const pass = await times.gate().enter(a, asking());
      await clock.advance(milliseconds);
      pass.over({ outcome: 'cancelled', usage: undefined, failure: undefined });
      return times.mean(a) ?? 0;
    };
    assert.equal(await calledOff(500), 700, 'it may still have come in time');
    assert.ok((await calledOff(2_000)) > 900, 'it was slower than usual for certain');
  });
});

describe('lowest price', () => {
  const price = (prompt: number, completion: number, request = 0) => ({
    prompt,
    completion,
    request,
    cachedPrompt: 0,
  });
  const targets = [
    target('unknown'),
    target('long-prompts', { prices: price(0.1, 10) }),
    target('short-prompts', { prices: price(1, 1) }),
  ];
  const order = (request: ChatRequest) =>
    createBalancer('lowest-price', world())(targets, called(request)).map(({ id }) => id);

  it('depends on the request', () => {
    assert.deepEqual(order(asking()), ['short-prompts', 'long-prompts', 'unknown']);
    const long = asking({ max_tokens: 1 }, 'word '.repeat(1_000));
    assert.deepEqual(order(long), ['long-prompts', 'short-prompts', 'unknown']);
  });

  it('divides by weight among equals', () => {
    const equals = [target('a', { prices: price(1, 1) }), target('b', { prices: price(1, 1) })];
    const balance = createBalancer('lowest-price', world());
    const firsts = Array.from({ length: 100 }, () => balance(equals, called(asking()))[0]?.id);
    assert.ok(Math.abs(counted(firsts, 'a') - 50) <= 1);
  });
});

describe('sticky', () => {
  const targets = ['a', 'b', 'c', 'd'].map((id) => target(id));
  const firstOf = (request: ChatRequest, id?: string, among = targets) =>
    createBalancer('sticky', world({ random: Math.random }))(among, called(request, id))[0]?.id;

  it('keeps a session at one target, in every process', () => {
    for (const parameters of [{ prompt_cache_key: 'k' }, { user: 'u' }, {}]) {
      const firsts = new Set(Array.from({ length: 20 }, () => firstOf(asking(parameters))));
      assert.equal(firsts.size, 1, JSON.stringify(parameters));
    }
  });

  it('spreads the sessions, and moves only those whose target goes', () => {
    const sessions = Array.from({ length: 400 }, (_, i) => asking({ user: `user-${i}` }));
    const before = sessions.map((request) => firstOf(request));
    for (const { id } of targets) {
      const share = counted(before, id);
      assert.ok(share > 60 && share < 140, `${id}: ${share}`);
    }
    const after = sessions.map((request) => firstOf(request, somebody.id, targets.slice(1)));
    for (const [i, id] of before.entries()) if (id !== 'a') assert.equal(after[i], id);
  });

  it('bends the shares by weight', () => {
    const heavy = [target('a', { weight: 3 }), target('b')];
    const firsts = Array.from({ length: 1_000 }, (_, i) =>
      firstOf(asking({ user: `${i}` }), somebody.id, heavy),
    );
    const share = counted(firsts, 'a');
    assert.ok(share > 700 && share < 800, `${share}`);
  });

  it('tells the keys of callers apart', () => {
    const firsts = new Set(
      Array.from({ length: 50 }, (_, i) => firstOf(asking({ user: 'same' }), `caller-${i}`)),
    );
    assert.ok(firsts.size > 1);
  });

  it('divides what nothing ties together', () => {
    const balance = createBalancer('sticky', world());
    const firsts = Array.from({ length: 100 }, () => balance(targets, called(asking(), ''))[0]?.id);
    for (const { id } of targets) assert.ok(Math.abs(counted(firsts, id) - 25) <= 1);
  });
});

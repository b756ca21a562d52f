import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, test } from 'node:test';
import { createClient } from '@redis/client';
import type { Limits } from '../core/ledger.ts';
import { StoreProcess } from './child-process.fixture.ts';
import { temporaryFolder } from './journal/journal.fixture.ts';
import type { Store } from './open-store.ts';
import { cable } from './proxy.fixture.ts';
import { NOON, openAt, outcomeOf, type Place, STORES } from './stores.fixture.ts';

interface Test {
  after(action: () => unknown): void;
}

const cache = temporaryFolder({ after });
/** Long enough for what is well on a busy machine. */
const TIMEOUT_MS = 1_000;

/** A store, and how it gets into trouble and out of it. */
interface Trouble {
  readonly name: string;
  readonly skip: string | undefined;
  /** What is in trouble, as the status tells it. */
  readonly signs: readonly ('databaseTroubleSince' | 'countersTroubleSince')[];
  arrange(t: Test): Promise<{ place: Place; begin(): void; end(): void }>;
}

const kind = (name: string) => {
  const found = STORES.find((store) => store.name === name);
  assert.ok(found);
  return found;
};
const both = ['databaseTroubleSince', 'countersTroubleSince'] as const;

/** SQLite, while another program holds its lock. */
const LOCKED: Trouble = {
  name: 'SQLite, locked',
  skip: undefined,
  signs: both,
  async arrange(t) {
    const place = await kind('SQLite').place(t);
    let other: DatabaseSync | undefined;
    const end = () => {
      if (other?.isOpen) other.close();
    };
    t.after(end);
    return {
      place,
      begin() {
        other = new DatabaseSync(place.database.slice('sqlite:'.length));
        other.exec('BEGIN EXCLUSIVE');
      },
      end,
    };
  },
};

function behindCable(what: 'database' | 'counters', how: 'cut' | 'stall', store: string): Trouble {
  const { skip, place } = kind(store);
  return {
    name: `${store}: ${what} ${how === 'cut' ? 'gone' : 'silent'}`,
    skip,
    signs:
      what === 'counters'
        ? ['countersTroubleSince']
        : store === 'PostgreSQL'
          ? both
          : ['databaseTroubleSince'],
    async arrange(t) {
      const direct = await place(t);
      const line = await cable(t, direct[what] ?? '');
      return { place: { ...direct, [what]: line.url }, begin: () => line[how](), end: () => line.mend() };
    },
  };
}

const TROUBLES = [
  LOCKED,
  behindCable('database', 'cut', 'PostgreSQL'),
  behindCable('database', 'stall', 'PostgreSQL'),
  behindCable('database', 'cut', 'PostgreSQL and Redis'),
  behindCable('counters', 'cut', 'PostgreSQL and Redis'),
  behindCable('counters', 'stall', 'PostgreSQL and Redis'),
];

async function until(what: string, condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    assert.ok(tries < 1_500, what);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const isWell = (store: Store) => {
  const { databaseTroubleSince, countersTroubleSince, unrecorded } = store.status();
  return databaseTroubleSince === undefined && countersTroubleSince === undefined && unrecorded === 0;
};

for (const { name, skip, signs, arrange } of TROUBLES) {
  describe(name, { skip: skip ?? false }, () => {
    async function arranged(t: Test, limits: Partial<Limits>) {
      const { place, begin, end } = await arrange(t);
      const here = await openAt(t, place, { timeoutMs: TIMEOUT_MS, graceSeconds: 60 });
      const { key } = await here.store.keys.create({ name: 'a', limits });
      const charged = { keyId: key.id };
      const call = () => here.reserve(charged);
      return { ...here, begin, end, charged, call };
    }

    test('calls go on within limits, rows wait, and all is exact again afterwards', async (t) => {
      const limits = { concurrent: 5, budgetTotal: 20_000n };
      const { store, begin, end, call, charged, row, troubles } = await arranged(t, limits);
      const before = [await call(), await call(), await call()];
      begin();
      const during = [await call(), await call()];
      assert.equal(await outcomeOf(call()), '429 rate_limit_exceeded');
      await before[0]?.settle(row('c0', charged));
      await during[0]?.settle(row('c1', charged));
      during.push(await call());
      await until('it is noticed', () => signs.every((sign) => store.status()[sign] !== undefined));
      assert.ok(troubles.length > 0);
      end();
      await until('it is well again', () => isWell(store));
      // Four of five run.
      during.push(await call());
      assert.equal(await outcomeOf(call()), '429 rate_limit_exceeded');
      const running = [before[1], before[2], during[1], during[2], during[3]];
      for (const [i, one] of running.entries()) await one?.settle(row(`c${i + 2}`, charged));
      await until('all is recorded', () => isWell(store));
      const { rows } = await store.rows({ limit: 100 });
      assert.deepEqual(rows.map(({ id }) => id).sort(), ['c0', 'c1', 'c2', 'c3', 'c4', 'c5', 'c6']);
      // Seven have cost 1000 each, of 20,000.
      await store.keys.update(charged.keyId, { limits: { budgetTotal: 20_000n } });
      const rest = await Promise.all(Array.from({ length: 14 }, () => outcomeOf(call())));
      assert.equal(rest.filter((outcome) => outcome === 'granted').length, 13);
    });

    test('after the time of grace it is a 503, and calls again when the trouble is over', async (t) => {
      const { store, clock, begin, end, call, charged, row } = await arranged(t, { concurrent: 50 });
      const first = await call();
      begin();
      await first.settle(row('c', charged));
      await call();
      await until('it is noticed', () => signs.every((sign) => store.status()[sign] !== undefined));
      clock.now += 60_000;
      assert.equal(await outcomeOf(call()), 'granted');
      clock.now += 1;
      assert.equal(await outcomeOf(call()), '503 store_unavailable');
      end();
      await until('it is well again', () => isWell(store));
      assert.equal(await outcomeOf(call()), 'granted');
    });

    test('what a process settled that ended in the middle of it is recorded by the next', async (t) => {
      const { place, begin, end } = await arrange(t);
      const charged = { keyId: 'k', userId: undefined, teamId: undefined };
      const options = { store: { ...place, timeoutMs: TIMEOUT_MS }, now: NOON, charged, load: 0, name: 'c' };
      const child = new StoreProcess(options, cache);
      t.after(() => child.kill());
      await child.ready();
      assert.equal(await child.order('reserve 3'), '{"granted":3,"codes":[]}');
      begin();
      const said = [await child.order('settle')];
      // It tells of its trouble, too, before or after.
      while (said.at(-1) !== 'settled') said.push((await child.line()) ?? 'settled');
      await child.close();
      end();
      const { store } = await openAt(t, place);
      const { rows } = await store.rows({ limit: 10 });
      assert.deepEqual(rows.map(({ id }) => id).sort(), ['c-0', 'c-1', 'c-2']);
    });
  });
}

for (const { name, skip, signs, arrange } of TROUBLES) {
  if (!signs.includes('databaseTroubleSince')) continue;
  test(`${name}: keys that were seen are found, others are a 503 and never a 401`, {
    skip: skip ?? false,
  }, async (t) => {
    const { place, begin, end } = await arrange(t);
    const { store, clock } = await openAt(t, place, { timeoutMs: TIMEOUT_MS, graceSeconds: 60 });
    const { secret } = await store.keys.create({ name: 'seen' });
    const stranger = await store.keys.create({ name: 'not seen' });
    const nobody = `pk_${'0'.repeat(12)}_${'A'.repeat(43)}`;
    const find = (some: string) => outcomeOf(store.keys.find(some));
    assert.equal((await store.keys.find(secret))?.name, 'seen');
    assert.equal(await store.keys.find(nobody), undefined);
    begin();
    clock.now += 1_000;
    assert.equal((await store.keys.find(secret))?.name, 'seen');
    assert.equal(await outcomeOf(store.keys.create({ name: 'new' })), '503 store_unavailable');
    // Of SQLite it can be read what was committed last, when no writer waits before it.
    const unread = (told: string) =>
      told === '503 store_unavailable' || (name === LOCKED.name && told === 'granted');
    assert.ok(unread(await find(stranger.secret)));
    clock.now += 59_000;
    assert.equal(await find(secret), 'granted');
    clock.now += 1_001;
    assert.ok(unread(await find(secret)));
    end();
    let outcome = '';
    await until('keys are read again', () => {
      clock.now += 500;
      void find(stranger.secret).then((told) => {
        outcome = told;
      });
      return outcome === 'granted';
    });
    assert.equal((await store.keys.find(stranger.secret))?.name, 'not seen');
  });
}

test('a Redis that has lost everything is told it again', {
  skip: kind('PostgreSQL and Redis').skip ?? false,
}, async (t) => {
  const place = await kind('PostgreSQL and Redis').place(t);
  const { store, reserve, row, troubles } = await openAt(t, place);
  const limits = { concurrent: 3, budgetTotal: 10_000n, requestsPerMinute: 100 };
  const { key } = await store.keys.create({ name: 'a', limits });
  const charged = { keyId: key.id };
  const first = await reserve(charged, { cost: 6_000n });
  await first.settle(row('c0', charged, { cost: 6_000n }));
  await reserve(charged);
  const running = await reserve(charged);
  await until('it is recorded', () => isWell(store));
  const other = await createClient({ url: place.counters ?? '' }).connect();
  await other.flushDb();
  other.destroy();
  assert.equal(await outcomeOf(reserve(charged)), 'granted');
  assert.equal(await outcomeOf(reserve(charged)), '429 rate_limit_exceeded');
  await until('it is well again', () => isWell(store));
  assert.deepEqual(troubles, ['the counters cannot be asked']);
  assert.equal(await outcomeOf(reserve(charged)), '429 rate_limit_exceeded');
  await running.settle(row('c1', charged));
  await until('it is recorded', () => isWell(store));
  // 6000 and 1000 are spent, 2000 are held.
  assert.equal(await outcomeOf(reserve(charged, { cost: 1_001n })), '402 budget_exceeded');
  assert.equal(await outcomeOf(reserve(charged, { cost: 1_000n })), 'granted');
});

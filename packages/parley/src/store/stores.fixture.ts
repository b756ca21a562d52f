import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Charged, Demand, LedgerRow } from '../core/ledger.ts';
import { ledgerRow, temporaryFolder } from './journal/journal.fixture.ts';
import { openStore, type Store, type StoreOptions } from './open-store.ts';
import { startPostgres, startRedis } from './services.fixture.ts';

interface Test {
  after(action: () => unknown): void;
}

/** Where a store is: what processes that share it are given. */
export type Place = Pick<StoreOptions, 'database' | 'counters' | 'journal'>;

interface Kind {
  readonly name: string;
  /** Why it cannot be tested here. */
  readonly skip?: string;
  /** Whether several processes may count in it. */
  readonly shared: boolean;
  /** An empty one. */
  place(t: Test): Promise<Place>;
}

const [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
export const services = { postgres, redis };
const noPostgres = 'skip' in postgres ? postgres.skip : undefined;
const noRedis = 'skip' in redis ? redis.skip : undefined;
const freshPostgres = async () => ('skip' in postgres ? '' : postgres.fresh());
const freshRedis = async () => ('skip' in redis ? '' : redis.fresh());

/** All that a store may stand on; one suite for all of them. */
export const STORES: readonly Kind[] = [
  {
    name: 'SQLite',
    shared: true,
    async place(t) {
      const folder = temporaryFolder(t);
      return { database: `sqlite:${join(folder, 'store.db')}`, journal: join(folder, 'journal') };
    },
  },
  {
    name: 'SQLite, counters in memory',
    shared: false,
    async place(t) {
      const folder = temporaryFolder(t);
      const database = `sqlite:${join(folder, 'store.db')}`;
      return { database, counters: 'memory', journal: join(folder, 'journal') };
    },
  },
  {
    name: 'PostgreSQL',
    shared: true,
    ...(noPostgres && { skip: noPostgres }),
    async place(t) {
      return { database: await freshPostgres(), journal: join(temporaryFolder(t), 'journal') };
    },
  },
  {
    name: 'PostgreSQL and Redis',
    shared: true,
    ...((noPostgres ?? noRedis) && { skip: noPostgres ?? noRedis ?? '' }),
    async place(t) {
      const [database, counters] = [await freshPostgres(), await freshRedis()];
      return { database, counters, journal: join(temporaryFolder(t), 'journal') };
    },
  },
];

/** 2026-03-14T12:00:00Z. */
export const NOON = Date.UTC(2026, 2, 14, 12);

/** A store whose clock stands until it is moved. */
export async function openAt(t: Test, place: Place, options: Partial<StoreOptions> = {}) {
  const clock = { now: NOON };
  const troubles: string[] = [];
  const store = await openStore({
    ...place,
    now: () => clock.now,
    timeoutMs: 10_000,
    onTrouble: (what) => troubles.push(what),
    ...options,
  });
  t.after(() => store.close());
  let calls = 0;
  const reserve = (charged: Partial<Charged>, more: Partial<Demand> = {}) =>
    store.ledger.reserve({
      callId: `call-${calls++}`,
      charged: { keyId: 'nobody', userId: undefined, teamId: undefined, ...charged },
      model: 'm',
      tokens: 100,
      cost: 1_000n,
      ...more,
    });
  const row = (id: string, charged: Partial<Charged>, more: Partial<LedgerRow> = {}) =>
    ledgerRow(id, {
      startedAt: clock.now,
      finishedAt: clock.now + 500,
      keyId: 'nobody',
      ...charged,
      ...more,
    });
  return { store, clock, troubles, reserve, row };
}

/** Waits until all rows are in the database. */
export async function recorded(store: Store): Promise<void> {
  for (let tries = 0; store.status().unrecorded > 0; tries++) {
    assert.ok(tries < 1_000, 'rows are recorded within ten seconds');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The code and status of a refusal, or `granted`. */
export async function outcomeOf(reserving: Promise<unknown>): Promise<string> {
  try {
    await reserving;
    return 'granted';
  } catch (error) {
    assert.ok(error instanceof Error && 'status' in error && 'code' in error, String(error));
    return `${String(error.status)} ${String(error.code)}`;
  }
}

import assert from 'node:assert/strict';
import { startPostgres, startRedis } from '../services.fixture.ts';
import { openPostgresDatabase } from '../sql/postgres-database.ts';
import { memoryDatabase } from './counters.fixture.ts';
import type { Counters } from './counters.ts';
import { DatabaseCounters } from './database.ts';
import { MemoryCounters } from './memory.ts';
import { RedisCounters } from './redis.ts';
import { openRedisConnection } from './redis-connection.ts';
import { SeededCounters } from './seeded.ts';
import type { Spent, Subject } from './state.ts';

const [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
const fail = (error: unknown) => assert.fail(String(error));
/** What a database would say that these have spent. */
export const SPENT = new Map<Subject, Spent>();
const nothing = async () => SPENT;

interface Kind {
  /** Why it cannot be tested here. */
  readonly skip?: string;
  /** New ones, which `end` closes with all that is theirs. */
  open(): Promise<Counters & { end(): Promise<void> }>;
}

export const COUNTERS: Readonly<Record<'memory' | 'sqlite' | 'postgres' | 'redis', Kind>> = {
  memory: {
    async open() {
      const counters = new SeededCounters(new MemoryCounters({ strangers: 'ask' }), nothing);
      return Object.assign(counters, { end: () => counters.close() });
    },
  },
  sqlite: {
    async open() {
      const database = await memoryDatabase();
      return Object.assign(new DatabaseCounters(database), { end: () => database.close() });
    },
  },
  postgres: {
    ...('skip' in postgres && { skip: postgres.skip }),
    async open() {
      const url = 'skip' in postgres ? '' : await postgres.fresh();
      const database = await openPostgresDatabase({
        url,
        connections: 4,
        timeoutMs: 5_000,
        onIdleFailure: fail,
      });
      return Object.assign(new DatabaseCounters(database), { end: () => database.close() });
    },
  },
  redis: {
    ...('skip' in redis && { skip: redis.skip }),
    async open() {
      const url = 'skip' in redis ? '' : await redis.fresh();
      const connection = await openRedisConnection({ url, timeoutMs: 5_000, onFailure: fail });
      const counters = new SeededCounters(new RedisCounters(connection, 'test'), nothing);
      return Object.assign(counters, { end: () => counters.close() });
    },
  },
};

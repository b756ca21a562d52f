import type { Tables } from '../sql/tables.ts';
import type { Counters } from './counters.ts';
import { MemoryCounters } from './memory.ts';
import { RedisCounters } from './redis.ts';
import { openRedisConnection } from './redis-connection.ts';
import { SeededCounters } from './seeded.ts';

export interface CountersOptions {
  /** `database`, `memory`, or the address of a Redis or Valkey. */
  readonly url: string;
  readonly tables: Tables;
  readonly timeoutMs: number;
  readonly onFailure: (error: unknown) => void;
}

/** Rejects when Redis cannot be reached, and for an address of none of these kinds. */
export async function openCounters({
  url,
  tables,
  timeoutMs,
  onFailure,
}: CountersOptions): Promise<Counters> {
  if (url === 'database') return tables.counters;
  const readSpent = (subjects: readonly string[]) => tables.rows.spent(subjects);
  if (url === 'memory') return new SeededCounters(new MemoryCounters({ strangers: 'ask' }), readSpent);
  if (!/^(redis|valkey)s?:\/\//.test(url)) {
    throw new Error('counters are database, memory, or redis://<host>:<port>/<number>');
  }
  const installation = await tables.changes.installation();
  // Valkey speaks the same, and the driver knows the older name only.
  const address = url.replace(/^valkey/, 'redis');
  const connection = await openRedisConnection({ url: address, timeoutMs, onFailure });
  return new SeededCounters(new RedisCounters(connection, installation), readSpent);
}

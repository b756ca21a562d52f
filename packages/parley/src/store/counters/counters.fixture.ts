import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import type { Limits } from '../../core/ledger.ts';
import { ownIdentity } from '../journal/process-identity.ts';
import { NO_LIMITS } from '../keys/check-input.ts';
import { migrate, SQLITE_SCHEMA } from '../sql/schema.ts';
import { SqliteDatabase } from '../sql/sqlite-database.ts';
import type { Hold, RegisteredProcess, Take, Verdict } from './counters.ts';

/** 2026-03-14T12:00:00Z: the beginning of a minute. */
export const NOON = Date.UTC(2026, 2, 14, 12);

export const limits = (some: Partial<Limits>): Limits => ({ ...NO_LIMITS, ...some });

export const member = (id: string): RegisteredProcess => ({ id, identity: ownIdentity(), seenAt: NOON });

/** A call of these subjects, all with the same limits. */
export function taking(
  subjects: readonly string[],
  some: Partial<Limits>,
  { tokens = 0, cost = 0n }: Partial<Take> = {},
): Take {
  return { levels: subjects.map((subject) => ({ subject, limits: limits(some) })), tokens, cost };
}

export async function memoryDatabase(): Promise<SqliteDatabase> {
  const database = new SqliteDatabase(new DatabaseSync(':memory:', { readBigInts: true }), '');
  await migrate(database, SQLITE_SCHEMA);
  return database;
}

export function kinds(verdicts: readonly (Verdict | undefined)[]) {
  return verdicts.map((verdict) => verdict?.kind);
}

export function holdOf(verdict: Verdict | undefined): Hold {
  assert.ok(verdict?.kind === 'granted');
  return verdict.hold;
}

/** Numbers from 0 on below `limit`, the same for the same seed: mulberry32. */
export function randomIntegers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

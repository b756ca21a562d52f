import type { LedgerRow } from '../../core/ledger.ts';
import type { Counters, RegisteredProcess } from '../counters/counters.ts';
import type { Begun } from '../journal/line.ts';
import { isRunning } from '../journal/process-identity.ts';
import { replayDeadJournals } from '../journal/replay.ts';
import type { Tables } from '../sql/tables.ts';
import { PROCESS_ENDED } from './row-table.ts';

export interface SweepOptions {
  readonly tables: Tables;
  readonly counters: Counters;
  /** Folder of all journals, and the name of this process's. */
  readonly folder: string;
  readonly journal: string;
  readonly now: () => number;
  /** After how long a process is dead that cannot be looked for: one of another machine or container. */
  readonly leaseMs: number;
  /** How long rows are kept, in milliseconds; undefined: for ever. */
  readonly keepRowsMs: number | undefined;
  /** Told how many rows another process has left behind. */
  readonly onReplayed: (replayed: { rows: number; unsettled: number; damaged: number }) => void;
}

/** Rows that are removed at a time: more would hold up those who record. */
const FORGOTTEN = 500;

/**
 * Does what dead processes have not done: first records what they settled, then gives back what they held, so that nothing
 * is counted neither as held nor as spent. Rejects when the store cannot be asked; the next time does the rest.
 */
export async function sweep(options: SweepOptions): Promise<void> {
  const { tables, counters, folder, journal, now, leaseMs, keepRowsMs } = options;
  const replayed = await replayDeadJournals({
    folder,
    own: journal,
    now: now(),
    leaseMs,
    unsettled: (begun) => unsettledRow(begun, now()),
    record: async (rows) => counters.recorded('', [], await tables.rows.record('', rows)),
    sync: () => tables.rows.sync(),
  });
  if (replayed.rows + replayed.unsettled + replayed.damaged > 0) options.onReplayed(replayed);
  const processes = await counters.processes();
  const dead = processes.filter((process) => isDead(process, now(), leaseMs));
  await counters.release(dead.map(({ id }) => id));
  if (keepRowsMs !== undefined) await tables.rows.forget(now() - keepRowsMs, FORGOTTEN);
}

function isDead({ identity, seenAt }: RegisteredProcess, now: number, leaseMs: number): boolean {
  const running = isRunning(identity);
  return running === undefined ? now - seenAt > leaseMs : !running;
}

/** What the upstream did for it, and what that cost, nobody knows. */
function unsettledRow({ rowId: _, ...begun }: Begun, now: number): LedgerRow {
  return {
    ...begun,
    userId: begun.userId,
    teamId: begun.teamId,
    finishedAt: Math.max(now, begun.startedAt),
    target: undefined,
    usage: { promptTokens: 0, cachedTokens: 0, completionTokens: 0, reasoningTokens: 0 },
    estimated: true,
    cost: 0n,
    timing: undefined,
    outcome: 'failed',
    status: 500,
    errorCode: PROCESS_ENDED,
    attempts: [],
    streamed: false,
  };
}

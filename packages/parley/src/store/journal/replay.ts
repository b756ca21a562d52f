import { unlink } from 'node:fs/promises';
import type { LedgerRow } from '../../core/ledger.ts';
import type { RecordedRow } from '../ledger/recorded-row.ts';
import type { Begun, Entry } from './line.ts';
import { isRunning, type ProcessIdentity } from './process-identity.ts';
import { listSegments, readSegment, type SegmentFile, touchedAt } from './read-journal.ts';

export interface ReplayOptions {
  readonly folder: string;
  /** The journal of this process, which is not dead. */
  readonly own: string;
  readonly now: number;
  /** After how long a process is dead that cannot be looked for: one of another container with the same folder. */
  readonly leaseMs: number;
  /** The row of a call that began and was never settled. */
  readonly unsettled: (begun: Begun) => LedgerRow;
  /** Must be repeatable: whoever is killed here leaves the files to the next. */
  readonly record: (rows: readonly RecordedRow[]) => Promise<void>;
  /** Resolves when what was recorded would survive a loss of power. */
  readonly sync: () => Promise<void>;
}

export interface Replayed {
  /** Settled rows that were read, whether they were in the database or not. */
  readonly rows: number;
  readonly unsettled: number;
  readonly damaged: number;
}

const CHUNK = 500;

/** Records what dead processes have settled, then what they have not, and removes their files. */
export async function replayDeadJournals(options: ReplayOptions): Promise<Replayed> {
  const sum = { rows: 0, unsettled: 0, damaged: 0 };
  const journals = Map.groupBy(await listSegments(options.folder), ({ journal }) => journal);
  for (const [name, files] of journals) {
    if (name === options.own || !(await isDead(files, options))) continue;
    const { rows, unsettled, damaged } = await replay(files, options);
    sum.rows += rows;
    sum.unsettled += unsettled;
    sum.damaged += damaged;
  }
  return sum;
}

async function isDead(files: readonly SegmentFile[], { now, leaseMs }: ReplayOptions): Promise<boolean> {
  const last = files.at(-1);
  if (last === undefined) return false;
  const identity = await identityOf(files);
  const running = identity === undefined ? undefined : isRunning(identity);
  if (running !== undefined) return !running;
  const touched = await touchedAt(last.path);
  return touched !== undefined && now - touched > leaseMs;
}

/** Undefined when a process was killed before its first line. */
async function identityOf(files: readonly SegmentFile[]): Promise<ProcessIdentity | undefined> {
  for (const { path } of files) {
    const first = (await readSegment(path))?.entries[0];
    if (first?.kind === 'process') return first.identity;
  }
  return undefined;
}

async function replay(files: readonly SegmentFile[], options: ReplayOptions): Promise<Replayed> {
  const begun = new Map<string, Begun>();
  const sum = { rows: 0, unsettled: 0, damaged: 0 };
  for (const { path } of files) {
    const content = await readSegment(path);
    // Another process is ahead: it does the rest as well.
    if (content === undefined) return sum;
    const rows = rowsOf(content.entries, begun);
    await recordChunks(rows, options);
    sum.rows += rows.length;
    sum.damaged += content.damaged;
  }
  const left = [...begun.values()].map((one) => ({
    rowId: one.rowId,
    row: options.unsettled(one),
    heldFor: [],
  }));
  await recordChunks(left, options);
  await options.sync();
  for (const { path } of files) await unlink(path).catch(unlessGone);
  return { ...sum, unsettled: left.length };
}

/** Keeps in `begun` what has begun and is not settled. What the dead process held is not given back here. */
function rowsOf(entries: readonly Entry[], begun: Map<string, Begun>): RecordedRow[] {
  const rows: RecordedRow[] = [];
  for (const entry of entries) {
    if (entry.kind === 'begun') begun.set(entry.begun.rowId, entry.begun);
    if (entry.kind !== 'row') continue;
    begun.delete(entry.rowId);
    rows.push({ rowId: entry.rowId, row: entry.row, heldFor: [] });
  }
  return rows;
}

async function recordChunks(rows: readonly RecordedRow[], { record }: ReplayOptions): Promise<void> {
  for (let at = 0; at < rows.length; at += CHUNK) await record(rows.slice(at, at + CHUNK));
}

function unlessGone(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
}

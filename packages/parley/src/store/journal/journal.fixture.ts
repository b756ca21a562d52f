import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LedgerRow } from '../../core/ledger.ts';
import { Journal } from './journal.ts';
import type { Begun } from './line.ts';
import { ownIdentity, type ProcessIdentity } from './process-identity.ts';

interface Test {
  after(action: () => unknown): void;
}

/** A folder that is gone after the test. */
export function temporaryFolder(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'parley-ledger-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function ledgerRow(id: string, more: Partial<LedgerRow> = {}): LedgerRow {
  return {
    id,
    keyId: 'k',
    userId: undefined,
    teamId: undefined,
    startedAt: 1_800_000_000_000,
    finishedAt: 1_800_000_001_000,
    model: 'm',
    target: 't',
    usage: { promptTokens: 10, cachedTokens: 4, completionTokens: 5, reasoningTokens: 2 },
    estimated: false,
    cost: 1_000n,
    timing: undefined,
    outcome: 'answered',
    status: 200,
    errorCode: undefined,
    attempts: [],
    streamed: true,
    ...more,
  };
}

export const begunCall = (rowId: string): Begun => ({
  rowId,
  id: `call ${rowId}`,
  keyId: 'k',
  userId: undefined,
  teamId: 't',
  model: 'm',
  startedAt: 1_800_000_000_000,
});

/** Of a process that ran on this machine and ended: no process starts at tick -1. */
export const deadIdentity: ProcessIdentity = { ...ownIdentity(), started: '-1' };

export async function openJournal(
  t: Test,
  folder: string,
  { name = 'mine', identity = ownIdentity() }: { name?: string; identity?: ProcessIdentity } = {},
) {
  const failures: unknown[] = [];
  const journal = await Journal.open({ folder, name, identity, onFailure: (error) => failures.push(error) });
  t.after(() => journal.close(async () => {}));
  return { journal, failures };
}

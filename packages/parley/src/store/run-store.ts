import type { Counters } from './counters/counters.ts';
import { Journal } from './journal/journal.ts';
import { newProcessId, ownIdentity } from './journal/process-identity.ts';
import { Directory } from './keys/directory.ts';
import { StoreKeys } from './keys/key-store.ts';
import { Gate } from './ledger/gate.ts';
import { StoreLedger } from './ledger/ledger.ts';
import { Pulse } from './ledger/pulse.ts';
import { Recorder } from './ledger/recorder.ts';
import { sweep } from './ledger/sweep.ts';
import { Turn } from './ledger/turn.ts';
import type { Store, StoreOptions } from './open-store.ts';
import { asked } from './sql/failure.ts';
import type { OpenDatabase } from './sql/tables.ts';

const BEAT_MS = 1_000;
const SWEEP_MS = 5_000;
const DAY_MS = 24 * 3600 * 1000;

type RunOptions = StoreOptions & { readonly timeoutMs: number };

/** What accounts for calls, put together. Takes over the database and the counters; rejects having closed the counters. */
export async function runStore(
  options: RunOptions,
  database: OpenDatabase,
  counters: Counters,
): Promise<Store> {
  const identity = ownIdentity();
  const name = newProcessId();
  const { journal: folder, onTrouble } = options;
  const onFailure = (error: unknown) => onTrouble('the journal cannot be written', error);
  const journal = await Journal.open({ folder, name, identity, onFailure });
  try {
    const { gate, recorder } = await openAccounts(options, database, counters, journal);
    const sweeping = () => runSweep(options, { database, counters, name });
    await sweeping();
    const pulses = [
      new Pulse(
        BEAT_MS,
        () => beat(options, { gate, journal, recorder, database }),
        (error) => onTrouble('the journal cannot be kept', error),
      ),
      new Pulse(SWEEP_MS, sweeping, (error) => onTrouble('what others left behind cannot be done', error)),
    ];
    return storeOf(options, { database, counters, gate, recorder, journal, pulses });
  } catch (error) {
    await journal.close(async () => {});
    await counters.close();
    throw error;
  }
}

/** The gate and the recorder take turns, and ask each other. */
async function openAccounts(
  { now = Date.now, timeoutMs, onTrouble }: RunOptions,
  { tables }: OpenDatabase,
  counters: Counters,
  journal: Journal,
): Promise<{ gate: Gate; recorder: Recorder }> {
  const turn = new Turn();
  let recorder: Recorder | undefined;
  const gate = await Gate.open({
    counters,
    identity: ownIdentity(),
    now,
    newProcessId,
    timeoutMs,
    turn,
    rowsAreKnown: () => recorder?.troubleSince === undefined,
    onTrouble: (error) => onTrouble('the counters cannot be asked', error),
  });
  recorder = new Recorder({
    record: (rows) => tables.rows.record(gate.recordingProcess, rows),
    onRecorded: async (rows, spent) => {
      journal.recorded(rows.map(({ rowId }) => rowId));
      await gate.recorded(rows, spent);
    },
    now,
    timeoutMs,
    turn,
    onTrouble: (error) => onTrouble('rows cannot be recorded', error),
  });
  return { gate, recorder };
}

interface Parts {
  readonly database: OpenDatabase;
  readonly counters: Counters;
  readonly gate: Gate;
  readonly recorder: Recorder;
  readonly journal: Journal;
  readonly pulses: readonly Pulse[];
}

function storeOf(options: RunOptions, parts: Parts): Store {
  const { now = Date.now, timeoutMs, graceSeconds = 300, graceRows = 50_000, onTrouble } = options;
  const { database, gate, recorder, journal } = parts;
  const { changes, keys, owners, usage } = database.tables;
  const graceMs = graceSeconds * 1000;
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= closeStore(parts);
    return closing;
  };
  const directory = new Directory({
    key: (id) => keys.get(id),
    owner: (kind, id) => owners.get(kind, id),
    changesSince: (last) => changes.since(last),
    now,
    timeoutMs,
    graceMs,
    onTrouble: (error) => onTrouble('keys cannot be read', error),
  });
  const ledger = new StoreLedger({
    gate,
    recorder,
    journal,
    levels: (charged) => directory.levels(charged),
    now,
    newRowId: newRowIds(now),
    graceMs,
    graceRows,
    close,
  });
  return {
    keys: new StoreKeys({ keys, owners, directory, now }),
    ledger,
    usage: (query) => asked('Usage cannot be read.', () => usage.usage(query)),
    rows: (query) => asked('Rows cannot be read.', () => usage.rows(query)),
    status: () => ({
      open: journal.open,
      unrecorded: recorder.waiting,
      databaseTroubleSince: recorder.troubleSince,
      countersTroubleSince: gate.troubleSince,
    }),
    close,
  };
}

/** First what writes, then what it writes to. */
async function closeStore({ database, counters, gate, recorder, journal, pulses }: Parts): Promise<void> {
  for (const pulse of pulses) await pulse.stop();
  await recorder.close();
  await gate.close();
  await journal.close(() => database.tables.rows.sync());
  await counters.close();
  await database.close();
}

async function beat(
  { now = Date.now }: RunOptions,
  { gate, journal, recorder, database }: Omit<Parts, 'counters' | 'pulses'>,
): Promise<void> {
  await gate.beat();
  await journal.beat(now());
  if (recorder.troubleSince === undefined) await journal.clear(() => database.tables.rows.sync());
}

function runSweep(
  { now = Date.now, journal: folder, leaseSeconds = 30, rowDays, onReplayed = () => undefined }: RunOptions,
  { database, counters, name }: { database: OpenDatabase; counters: Counters; name: string },
): Promise<void> {
  return sweep({
    tables: database.tables,
    counters,
    folder,
    journal: name,
    now,
    leaseMs: leaseSeconds * 1000,
    keepRowsMs: rowDays === undefined ? undefined : rowDays * DAY_MS,
    onReplayed,
  });
}

/** Sorted by time, so that rows which come together lie together; unique among all processes. */
function newRowIds(now: () => number): () => string {
  const run = newProcessId();
  let count = 0;
  return () => `${now().toString(36).padStart(9, '0')}${run}${(count++).toString(36)}`;
}

import type { KeyStore } from '../core/keys.ts';
import type { Ledger } from '../core/ledger.ts';
import type { UsageReader } from '../core/usage.ts';
import { openCounters } from './counters/open-counters.ts';
import { runStore } from './run-store.ts';
import { openDatabase } from './sql/open-database.ts';

export interface StoreOptions {
  /** `sqlite:<file>`, or `postgres://<user>:<password>@<host>:<port>/<database>`. */
  readonly database: string;
  /**
   * Where limits are counted: in the database, in memory (one process alone), or in Redis or Valkey
   * (`redis://...`, `rediss://...`, `valkey://...`). Default: in the database.
   */
  readonly counters?: string | undefined;
  /** Folder on a local disk; processes of one machine may share it. */
  readonly journal: string;
  /** How long calls go on while database or counters cannot be asked. Default: 300. */
  readonly graceSeconds?: number | undefined;
  /** How many rows may wait for the database, in memory, before that ends earlier. Default: 50,000. */
  readonly graceRows?: number | undefined;
  /** How long an answer is waited for before the store is in trouble. Default: 2,000. */
  readonly timeoutMs?: number | undefined;
  /** After how long a process of another machine is dead that says nothing. Default: 30. */
  readonly leaseSeconds?: number | undefined;
  /** How long rows are kept; sums stay. Default: for ever. */
  readonly rowDays?: number | undefined;
  /** Unix time in milliseconds. */
  readonly now?: (() => number) | undefined;
  /** For the log: what went wrong, and why. No error holds a key or a prompt. */
  readonly onTrouble: (what: string, error: unknown) => void;
  /** For the log: what processes left behind that ended in the middle. */
  readonly onReplayed?:
    | ((replayed: { rows: number; unsettled: number; damaged: number }) => void)
    | undefined;
}

export interface StoreStatus {
  /** Calls that have begun and are not settled. */
  readonly open: number;
  /** Rows that are in the journal and not in the database yet. */
  readonly unrecorded: number;
  /** Since when the database, or the counters, could not be asked: Unix time in milliseconds. */
  readonly databaseTroubleSince: number | undefined;
  readonly countersTroubleSince: number | undefined;
}

export interface Store extends UsageReader {
  readonly keys: KeyStore;
  readonly ledger: Ledger;
  status(): StoreStatus;
  /** Call it when no call runs any more. Records what can be recorded; what cannot be stays in the journal. */
  close(): Promise<void>;
}

/** Opens or creates the store, and first does what dead processes have left. Rejects when that cannot be done. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { counters: url = 'database', timeoutMs = 2_000, onTrouble } = options;
  const database = await openDatabase({
    url: options.database,
    timeoutMs,
    onFailure: (error) => onTrouble('a connection to the database broke', error),
  });
  try {
    const counters = await openCounters({
      url,
      tables: database.tables,
      timeoutMs,
      onFailure: (error) => onTrouble('the connection to the counters broke', error),
    });
    return await runStore({ ...options, timeoutMs }, database, counters);
  } catch (error) {
    await database.close();
    throw error;
  }
}

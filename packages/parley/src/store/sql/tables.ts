import type { Counters } from '../counters/counters.ts';
import { DatabaseCounters } from '../counters/database.ts';
import { ChangeTable } from '../keys/change-table.ts';
import { KeyTable } from '../keys/key-table.ts';
import { OwnerTable } from '../keys/owner-table.ts';
import { RowTable } from '../ledger/row-table.ts';
import { UsageTable } from '../ledger/usage-table.ts';
import type { Database } from './sql.ts';

/** What a class offers, without what it is: its methods may run in another thread. */
type Offer<T> = Pick<T, keyof T>;

/** All that is asked of a database. Arguments and results are plain data. */
export interface Tables {
  readonly changes: Offer<ChangeTable>;
  readonly counters: Counters;
  readonly keys: Offer<KeyTable>;
  readonly owners: Offer<OwnerTable>;
  readonly rows: Offer<RowTable>;
  readonly usage: Offer<UsageTable>;
}

export function openTables(database: Database): Tables {
  return {
    changes: new ChangeTable(database),
    counters: new DatabaseCounters(database),
    keys: new KeyTable(database),
    owners: new OwnerTable(database),
    rows: new RowTable(database),
    usage: new UsageTable(database),
  };
}

/** A database that is open. */
export interface OpenDatabase {
  readonly tables: Tables;
  close(): Promise<void>;
}

import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { CompletionStore } from '../core/completion-store.ts';
import { type CompletionStoreOptions, SqliteCompletionStore } from './completion-store.ts';
import { checkIdentity, migrate } from './schema.ts';

export interface OpenOptions extends CompletionStoreOptions {
  /** File; undefined: in memory, gone when the store is closed. */
  readonly path: string | undefined;
}

/** How long a change waits for another process that changes the same file; the event loop waits with it. */
const BUSY_MS = 1_000;

/** Opens or creates the store. Throws what the file system or SQLite say, and when the file is not one of ours. */
export function openCompletionStore({ path, ...options }: OpenOptions): CompletionStore {
  // SQLite would let everybody read it. Its companions `-wal` and `-shm` take over the mode of the file.
  if (path !== undefined) closeSync(openSync(path, 'a', 0o600));
  const db = new DatabaseSync(path ?? ':memory:', { timeout: BUSY_MS });
  try {
    checkIdentity(db);
    if (path !== undefined) configureFile(db);
    migrate(db);
    return new SqliteCompletionStore(db, options);
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * With a write-ahead log a change is one append without waiting for the disk: it survives the end of the process at any
 * moment; when the machine loses power the last ones may be missing, and the file is whole all the same
 * (sqlite.org/pragma.html#pragma_synchronous). Removed texts are overwritten with zeros.
 */
function configureFile(db: DatabaseSync): void {
  db.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA journal_size_limit = ${16 * 1024 * 1024};
    PRAGMA secure_delete = ON;
  `);
}

import { closeSync, existsSync, fsyncSync, openSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { big } from './column.ts';
import { migrate, SQLITE_SCHEMA } from './schema.ts';
import type { Database, Sql, SqlRow, SqlValue } from './sql.ts';

/** "prlg" in ASCII. Tells our files from those of others, and from those of stored completions. */
const APPLICATION_ID = 0x70726c67;
const PREPARED = 200;

export interface SqliteOptions {
  /** File; created for its owner alone. */
  readonly path: string;
  /** How long a transaction waits for another process that writes. */
  readonly busyMs: number;
}

/** Opens or creates the file. Throws what the file system or SQLite say, and when the file is not one of ours. */
export async function openSqliteDatabase({ path, busyMs }: SqliteOptions): Promise<SqliteDatabase> {
  create(path);
  const connection = new DatabaseSync(path, { timeout: busyMs, readBigInts: true });
  try {
    checkIdentity(connection);
    connection.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      PRAGMA journal_size_limit = ${64 * 1024 * 1024};
    `);
    const database = new SqliteDatabase(connection, path);
    await migrate(database, SQLITE_SCHEMA);
    connection.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    return database;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/**
 * SQLite as our statements see it. Whatever is asked waits for what was asked before: there is one connection. It blocks
 * its thread, for other processes' locks too, and so lives in one of its own (database-thread.ts).
 */
export class SqliteDatabase implements Database {
  readonly forUpdate = '';
  readonly forShare = '';
  readonly #connection: DatabaseSync;
  readonly #path: string;
  readonly #prepared = new Map<string, StatementSync>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(connection: DatabaseSync, path: string) {
    this.#connection = connection;
    this.#path = path;
  }

  run(text: string, values: readonly SqlValue[] = []): Promise<SqlRow[]> {
    return this.#alone(async () => this.#execute(text, values));
  }

  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    const inside: Sql = {
      forUpdate: '',
      forShare: '',
      run: async (text, values = []) => this.#execute(text, values),
    };
    return this.#alone(async () => {
      this.#execute('BEGIN IMMEDIATE', []);
      try {
        const result = await work(inside);
        this.#execute('COMMIT', []);
        return result;
      } catch (error) {
        // Some failures, as a full disk, have rolled back already.
        if (this.#connection.isTransaction) this.#execute('ROLLBACK', []);
        throw error;
      }
    });
  }

  /**
   * Commits are appended to the write-ahead log without waiting for the disk; this waits for it. What has left the log
   * already is safe: a checkpoint waits for the disk before the log begins anew (sqlite.org/pragma.html#pragma_synchronous).
   * SQLite locks the database and the `-shm` file, never the log, so that closing it here releases no lock.
   */
  sync(): Promise<void> {
    return this.#alone(async () => {
      const log = `${this.#path}-wal`;
      if (!existsSync(log)) return;
      const file = openSync(log, 'r+');
      try {
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    });
  }

  close(): Promise<void> {
    return this.#alone(async () => {
      if (this.#connection.isOpen) this.#connection.close();
    });
  }

  #alone<T>(action: () => Promise<T>): Promise<T> {
    const result = this.#last.then(action);
    this.#last = result.catch(() => undefined);
    return result;
  }

  #execute(text: string, values: readonly SqlValue[]): SqlRow[] {
    let statement = this.#prepared.get(text);
    if (statement === undefined) {
      statement = this.#connection.prepare(text);
      const [oldest] = this.#prepared.keys();
      if (this.#prepared.size >= PREPARED && oldest !== undefined) this.#prepared.delete(oldest);
      this.#prepared.set(text, statement);
    }
    return statement.all(...values);
  }
}

/**
 * SQLite would let everybody read it; its companions `-wal` and `-shm` take over the mode of the file. One that is there is
 * not touched: to close it would release the locks that other connections of this process have on it
 * (sqlite.org/howtocorrupt.html, 2.2).
 */
function create(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

function checkIdentity(connection: DatabaseSync): void {
  const one = (text: string, column: string) => big(connection.prepare(text).get() ?? {}, column);
  const application = one('PRAGMA application_id', 'application_id');
  const tables = one('SELECT count(*) AS tables FROM sqlite_schema', 'tables');
  // A start that was killed between its tables and its id left tables of ours.
  const ours = one("SELECT count(*) AS ours FROM sqlite_schema WHERE name = 'parley_version'", 'ours');
  if (application === BigInt(APPLICATION_ID) || (application === 0n && (tables === 0n || ours > 0n))) return;
  throw new Error('it is a database of another program, or of stored completions');
}

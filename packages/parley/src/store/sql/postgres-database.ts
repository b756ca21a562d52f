import type { Pool, PoolClient } from 'pg';
import { migrate, POSTGRES_SCHEMA } from './schema.ts';
import type { Database, Sql, SqlRow, SqlValue } from './sql.ts';

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`. */
  readonly url: string;
  readonly connections: number;
  /** For a connection, and for the answer of each statement. */
  readonly timeoutMs: number;
  /** Connections that are idle break without anybody waiting for them: the pool replaces them. */
  readonly onIdleFailure: (error: unknown) => void;
}

const INT8 = 20;
/** Another transaction was in the way: deadlock_detected, serialization_failure (postgresql.org/docs/15/errcodes-appendix.html). */
const IN_THE_WAY = new Set(['40P01', '40001']);
const TRIES = 5;

/** Connects and migrates. The driver is loaded here, for those who use it. */
export async function openPostgresDatabase(options: PostgresOptions): Promise<PostgresDatabase> {
  const { default: pg } = await import('pg');
  const { timeoutMs } = options;
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.connections,
    application_name: 'parley',
    connectionTimeoutMillis: timeoutMs,
    // The server gives up first, so that nothing that we have given up is committed later.
    statement_timeout: timeoutMs,
    lock_timeout: timeoutMs,
    idle_in_transaction_session_timeout: 2 * timeoutMs,
    query_timeout: timeoutMs + 500,
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === INT8 ? BigInt : pg.types.getTypeParser(oid, format),
    },
  });
  pool.on('error', options.onIdleFailure);
  const database = new PostgresDatabase(pool);
  try {
    await migrate(database, POSTGRES_SCHEMA);
    return database;
  } catch (error) {
    await pool.end();
    throw error;
  }
}

export class PostgresDatabase implements Database {
  readonly forUpdate = ' FOR UPDATE';
  readonly forShare = ' FOR SHARE';
  readonly #pool: Pool;
  readonly #numbered = new Map<string, string>();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async run(text: string, values: readonly SqlValue[] = []): Promise<SqlRow[]> {
    return (await this.#pool.query<SqlRow>(this.#number(text), [...values])).rows;
  }

  async transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const client = await this.#pool.connect();
      // A connection that breaks says so twice: to who waits for an answer, and in an event.
      client.on('error', ignored);
      try {
        return await this.#attempt(client, work);
      } catch (error) {
        if (!(isInTheWay(error) && attempt < TRIES)) throw error;
      }
    }
  }

  /** What is committed is on the server's disk, unless its owner configured otherwise (synchronous_commit). */
  async sync(): Promise<void> {}

  async close(): Promise<void> {
    if (!this.#pool.ended) await this.#pool.end();
  }

  async #attempt<T>(client: PoolClient, work: (sql: Sql) => Promise<T>): Promise<T> {
    let usable = true;
    try {
      await client.query('BEGIN');
      const result = await work({
        forUpdate: this.forUpdate,
        forShare: this.forShare,
        run: async (text, values = []) => (await client.query<SqlRow>(this.#number(text), [...values])).rows,
      });
      await client.query('COMMIT');
      return result;
    } catch (error) {
      usable = await rollback(client);
      throw error;
    } finally {
      client.off('error', ignored);
      // Whether a broken connection has committed is not known: it must not be used again.
      client.release(!usable);
    }
  }

  /** `?` to `$1`, `$2` ...: remembered, for the texts are few. */
  #number(text: string): string {
    let numbered = this.#numbered.get(text);
    if (numbered === undefined) {
      let count = 0;
      numbered = text.replaceAll('?', () => `$${++count}`);
      if (this.#numbered.size >= 500) this.#numbered.clear();
      this.#numbered.set(text, numbered);
    }
    return numbered;
  }
}

function ignored(): void {}

async function rollback(client: PoolClient): Promise<boolean> {
  try {
    await client.query('ROLLBACK');
    return true;
  } catch {
    // The connection is gone, and the transaction with it; the first error is the one to tell.
    return false;
  }
}

function isInTheWay(error: unknown): boolean {
  return error instanceof Error && 'code' in error && IN_THE_WAY.has(String(error.code));
}

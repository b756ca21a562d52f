import { randomInt } from 'node:crypto';
import { big } from './column.ts';
import type { Database } from './sql.ts';

/** Stands for a random number that each database gets for itself. */
const INSTALLATION = ':installation';

/**
 * Each step brings a database from the version of its index to the next. A step that was released is never changed.
 * Written for PostgreSQL; SQLite takes the same words, there `BIGINT` is `INTEGER` and the tables are STRICT. Times are
 * milliseconds since 1970, money is nanodollars, texts in plural are JSON.
 */
const MIGRATIONS: readonly (readonly string[])[] = [
  [
    `CREATE TABLE parley_counter (name TEXT PRIMARY KEY, value BIGINT NOT NULL)`,
    `INSERT INTO parley_counter VALUES ('change', 0)`,
    // Tells the counters of this database from those of another in the same Redis.
    `INSERT INTO parley_counter VALUES ('installation', ${INSTALLATION})`,
    // What processes have to forget of keys and owners, in the order in which it was committed.
    `CREATE TABLE parley_change (sequence BIGINT PRIMARY KEY, entity TEXT NOT NULL)`,

    `CREATE TABLE parley_key (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      user_id TEXT,
      team_id TEXT,
      secret_hash TEXT NOT NULL,
      previous_hash TEXT,
      previous_until BIGINT,
      models TEXT,
      origins TEXT,
      limits TEXT NOT NULL,
      metadata TEXT NOT NULL,
      created_at BIGINT NOT NULL,
      expires_at BIGINT,
      revoked_at BIGINT
    )`,
    `CREATE INDEX parley_key_page ON parley_key (created_at, id)`,
    `CREATE INDEX parley_key_user ON parley_key (user_id, created_at, id)`,
    `CREATE INDEX parley_key_team ON parley_key (team_id, created_at, id)`,
    `CREATE TABLE parley_owner (
      kind TEXT NOT NULL,
      id TEXT NOT NULL,
      name TEXT NOT NULL,
      limits TEXT NOT NULL,
      metadata TEXT NOT NULL,
      created_at BIGINT NOT NULL,
      PRIMARY KEY (kind, id)
    )`,

    // Who holds something, and when it was last heard of.
    `CREATE TABLE parley_process (id TEXT PRIMARY KEY, identity TEXT NOT NULL, seen_at BIGINT NOT NULL)`,
    // A subject is a key, a user or a team. "Held" is what calls may yet cost that run or whose row is not here yet.
    `CREATE TABLE parley_subject (
      subject TEXT PRIMARY KEY,
      minute BIGINT NOT NULL,
      requests BIGINT NOT NULL,
      tokens BIGINT NOT NULL,
      concurrent BIGINT NOT NULL,
      held BIGINT NOT NULL,
      day BIGINT NOT NULL,
      day_spent BIGINT NOT NULL,
      month BIGINT NOT NULL,
      month_spent BIGINT NOT NULL,
      total_spent BIGINT NOT NULL
    )`,
    // Each process's part in it: what goes when the process is gone.
    `CREATE TABLE parley_holding (
      process TEXT NOT NULL,
      subject TEXT NOT NULL,
      concurrent BIGINT NOT NULL,
      held BIGINT NOT NULL,
      PRIMARY KEY (process, subject)
    )`,

    `CREATE TABLE parley_row (
      row_id TEXT PRIMARY KEY,
      id TEXT NOT NULL,
      key_id TEXT NOT NULL,
      user_id TEXT,
      team_id TEXT,
      started_at BIGINT NOT NULL,
      finished_at BIGINT NOT NULL,
      model TEXT NOT NULL,
      target TEXT,
      prompt_tokens BIGINT NOT NULL,
      cached_tokens BIGINT NOT NULL,
      completion_tokens BIGINT NOT NULL,
      reasoning_tokens BIGINT NOT NULL,
      accepted_prediction_tokens BIGINT,
      rejected_prediction_tokens BIGINT,
      estimated BIGINT NOT NULL,
      cost BIGINT NOT NULL,
      timing TEXT,
      outcome TEXT NOT NULL,
      status BIGINT NOT NULL,
      error_code TEXT,
      attempts TEXT NOT NULL,
      streamed BIGINT NOT NULL
    )`,
    `CREATE INDEX parley_row_time ON parley_row (started_at, row_id)`,
    `CREATE INDEX parley_row_key ON parley_row (key_id, started_at, row_id)`,
    `CREATE INDEX parley_row_user ON parley_row (user_id, started_at, row_id) WHERE user_id IS NOT NULL`,
    `CREATE INDEX parley_row_team ON parley_row (team_id, started_at, row_id) WHERE team_id IS NOT NULL`,
    `CREATE INDEX parley_row_call ON parley_row (id)`,
    // Sums of rows; an empty text where a row has none. `hour` counts hours since 1970.
    `CREATE TABLE parley_usage (
      hour BIGINT NOT NULL,
      key_id TEXT NOT NULL,
      user_id TEXT NOT NULL,
      team_id TEXT NOT NULL,
      model TEXT NOT NULL,
      target TEXT NOT NULL,
      calls BIGINT NOT NULL,
      answered BIGINT NOT NULL,
      cancelled BIGINT NOT NULL,
      failed BIGINT NOT NULL,
      estimated BIGINT NOT NULL,
      prompt_tokens BIGINT NOT NULL,
      cached_tokens BIGINT NOT NULL,
      completion_tokens BIGINT NOT NULL,
      reasoning_tokens BIGINT NOT NULL,
      cost BIGINT NOT NULL,
      PRIMARY KEY (hour, key_id, user_id, team_id, model, target)
    )`,
  ],
];

/** What differs between the two: how a statement that defines something is written, and who may migrate. */
export interface SchemaDialect {
  define(statement: string): string;
  /** Taken first, so that processes that start together wait for each other. */
  readonly lock: string | undefined;
}

export const SQLITE_SCHEMA: SchemaDialect = {
  define(statement) {
    if (!statement.startsWith('CREATE TABLE')) return statement;
    // Small rows live in the index of their key; those of the ledger are too long for that (sqlite.org/withoutrowid.html).
    const options = statement.startsWith('CREATE TABLE parley_row ') ? 'STRICT' : 'STRICT, WITHOUT ROWID';
    return `${statement.replaceAll('BIGINT', 'INTEGER')} ${options}`;
  },
  lock: undefined,
};

export const POSTGRES_SCHEMA: SchemaDialect = {
  define: (statement) => statement,
  // "prly" in ASCII; pg_advisory_xact_lock is released with the transaction.
  lock: `SELECT pg_advisory_xact_lock(${0x70726c79})`,
};

/** Brings the database to the newest version. Throws when it was written by a later one. */
export async function migrate(database: Database, dialect: SchemaDialect): Promise<void> {
  await database.transaction(async (sql) => {
    if (dialect.lock !== undefined) await sql.run(dialect.lock);
    await sql.run(
      dialect.define(
        'CREATE TABLE IF NOT EXISTS parley_version (one BIGINT PRIMARY KEY, version BIGINT NOT NULL)',
      ),
    );
    const [row] = await sql.run('SELECT version FROM parley_version');
    const version = row === undefined ? 0 : Number(big(row, 'version'));
    if (version > MIGRATIONS.length) {
      throw new Error(
        `it was written by a later version (its format is ${version}, this one knows ${MIGRATIONS.length})`,
      );
    }
    for (const statement of MIGRATIONS.slice(version).flat()) {
      await sql.run(dialect.define(statement.replace(INSTALLATION, () => String(randomInt(2 ** 47)))));
    }
    await sql.run(
      'INSERT INTO parley_version VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET version = excluded.version',
      [MIGRATIONS.length],
    );
  });
}

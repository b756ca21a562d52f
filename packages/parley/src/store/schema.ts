import type { DatabaseSync } from 'node:sqlite';
import { integer, only } from './row.ts';

/** "prly" in ASCII. Tells our files from those of other programs: sqlite.org/pragma.html#pragma_application_id */
const APPLICATION_ID = 0x70726c79;

/**
 * Each step brings a file from the version of its index to the next; `PRAGMA user_version` counts them. A step that was
 * released is never changed. `sequence` is the order of keeping. `holding` says what each owner has, and the triggers
 * keep it true whatever removes a row. `removed` remembers where completions stood, so that a page may begin behind
 * one that is gone.
 */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE completion (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    owner TEXT NOT NULL,
    id TEXT NOT NULL,
    created INTEGER NOT NULL, -- seconds since 1970, of the answer
    stored INTEGER NOT NULL, -- milliseconds since 1970
    model TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    metadata TEXT NOT NULL, -- JSON
    body TEXT NOT NULL, -- JSON without metadata
    messages TEXT NOT NULL, -- JSON
    UNIQUE (owner, id)
  ) STRICT;
  CREATE INDEX completion_page ON completion (owner, created, sequence, stored, model);
  CREATE INDEX completion_turn ON completion (owner, sequence);
  CREATE INDEX completion_age ON completion (stored);

  CREATE TABLE metadata_pair (
    sequence INTEGER NOT NULL REFERENCES completion ON DELETE CASCADE,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (key, value, sequence)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX metadata_pair_completion ON metadata_pair (sequence);

  CREATE TABLE holding (
    owner TEXT PRIMARY KEY,
    completions INTEGER NOT NULL,
    bytes INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TRIGGER holding_grows AFTER INSERT ON completion BEGIN
    INSERT INTO holding VALUES (new.owner, 1, new.bytes)
    ON CONFLICT DO UPDATE SET completions = completions + 1, bytes = bytes + excluded.bytes;
  END;
  CREATE TRIGGER holding_changes AFTER UPDATE OF bytes ON completion BEGIN
    UPDATE holding SET bytes = bytes + new.bytes - old.bytes WHERE owner = new.owner;
  END;
  CREATE TRIGGER holding_shrinks AFTER DELETE ON completion BEGIN
    UPDATE holding SET completions = completions - 1, bytes = bytes - old.bytes WHERE owner = old.owner;
    DELETE FROM holding WHERE owner = old.owner AND completions = 0;
  END;

  CREATE TABLE removed (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    owner TEXT NOT NULL,
    id TEXT NOT NULL,
    created INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    removed INTEGER NOT NULL, -- milliseconds since 1970
    UNIQUE (owner, id)
  ) STRICT;
  `,
];

/** Throws when the file is not ours, or was written by a later version. Changes nothing. */
export function checkIdentity(db: DatabaseSync): void {
  const application = integer(only(db.prepare('PRAGMA application_id')), 'application_id');
  const tables = integer(only(db.prepare('SELECT count(*) AS tables FROM sqlite_schema')), 'tables');
  if (application !== APPLICATION_ID && (application !== 0 || tables > 0)) {
    throw new Error('it is a database of another program');
  }
  const version = versionOf(db);
  if (version > MIGRATIONS.length) {
    throw new Error(
      `it was written by a later version (its format is ${version}, this one knows ${MIGRATIONS.length})`,
    );
  }
}

/** Brings the file to the newest format, in one transaction. */
export function migrate(db: DatabaseSync): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    for (const step of MIGRATIONS.slice(versionOf(db))) db.exec(step);
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${MIGRATIONS.length}; COMMIT`);
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

function versionOf(db: DatabaseSync): number {
  return integer(only(db.prepare('PRAGMA user_version')), 'user_version');
}

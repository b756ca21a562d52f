import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { PageOrder } from '@parley/protocol';

/** Places of removed completions that are remembered. */
const PLACES = 10_000;
/** Completions that one sweep removes: more would hold up the calls of the server. */
const SWEPT = 500;

/** Remembers where the completions stood, and removes them. */
export interface Removal {
  /** With `now` beside the parameters of the condition. */
  readonly mark: StatementSync;
  readonly drop: StatementSync;
}

function removal(db: DatabaseSync, condition: string): Removal {
  return {
    mark: db.prepare(
      `INSERT OR REPLACE INTO removed (owner, id, created, sequence, removed)
       SELECT owner, id, created, sequence, :now FROM completion WHERE ${condition}`,
    ),
    drop: db.prepare(`DELETE FROM completion WHERE ${condition}`),
  };
}

export type Statements = ReturnType<typeof prepareStatements>;

/** Every statement but those of the pages, which differ with the question. */
export function prepareStatements(db: DatabaseSync) {
  const alive = 'owner = :owner AND id = :id AND stored > :cutoff';
  return {
    begin: db.prepare('BEGIN IMMEDIATE'),
    commit: db.prepare('COMMIT'),
    rollback: db.prepare('ROLLBACK'),
    insert: db.prepare(
      `INSERT INTO completion (owner, id, created, stored, model, bytes, metadata, body, messages)
       VALUES (:owner, :id, :created, :stored, :model, :bytes, :metadata, :body, :messages)`,
    ),
    // Halves of surrogate pairs all become U+FFFD, so that keys which differ in them alone meet here.
    pair: db.prepare(
      'INSERT OR IGNORE INTO metadata_pair (sequence, key, value) VALUES (:sequence, :key, :value)',
    ),
    dropPairs: db.prepare('DELETE FROM metadata_pair WHERE sequence = :sequence'),
    find: db.prepare(`SELECT sequence FROM completion WHERE ${alive}`),
    get: db.prepare(`SELECT metadata, body FROM completion WHERE ${alive}`),
    messages: db.prepare(`SELECT messages FROM completion WHERE ${alive}`),
    setMetadata: db.prepare(
      `UPDATE completion SET bytes = bytes - length(CAST(metadata AS BLOB)) + length(CAST(:metadata AS BLOB)),
         metadata = :metadata WHERE sequence = :sequence`,
    ),
    place: db.prepare(
      `SELECT created, sequence FROM completion WHERE owner = :owner AND id = :id
       UNION ALL SELECT created, sequence FROM removed WHERE owner = :owner AND id = :id LIMIT 1`,
    ),
    held: db.prepare(
      'SELECT coalesce(sum(completions), 0) AS completions, coalesce(sum(bytes), 0) AS bytes FROM holding',
    ),
    // Who has most gives way, so that a busy caller cannot push out what others keep.
    mostCompletions: db.prepare(
      'SELECT owner FROM holding ORDER BY completions DESC, owner = :owner DESC LIMIT 1',
    ),
    mostBytes: db.prepare('SELECT owner FROM holding ORDER BY bytes DESC, owner = :owner DESC LIMIT 1'),
    one: removal(db, 'owner = :owner AND id = :id'),
    oldest: removal(db, 'sequence = (SELECT min(sequence) FROM completion WHERE owner = :owner)'),
    expired: removal(
      db,
      `sequence IN (SELECT sequence FROM completion WHERE stored <= :cutoff ORDER BY stored LIMIT ${SWEPT})`,
    ),
    trimPlaces: db.prepare(`DELETE FROM removed WHERE place <= (SELECT max(place) FROM removed) - ${PLACES}`),
    forgetPlaces: db.prepare('DELETE FROM removed WHERE removed <= :cutoff'),
  };
}

/** A page behind a place; `:limit` is one more than wanted, which tells whether the list goes on. */
export function pageSql(order: PageOrder, byModel: boolean, pairs: number): string {
  const [compare, direction] = order === 'asc' ? ['>', 'ASC'] : ['<', 'DESC'];
  const filters = Array.from(
    { length: pairs },
    (_, i) =>
      `AND sequence IN (SELECT sequence FROM metadata_pair WHERE key = :key${i} AND value = :value${i})`,
  );
  return `SELECT metadata, body FROM completion
    WHERE owner = :owner AND stored > :cutoff AND (created, sequence) ${compare} (:created, :sequence)
    ${byModel ? 'AND model = :model' : ''} ${filters.join(' ')}
    ORDER BY created ${direction}, sequence ${direction} LIMIT :limit`;
}

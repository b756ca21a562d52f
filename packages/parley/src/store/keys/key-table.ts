import type { KeyPage, KeyQuery, VirtualKey } from '../../core/keys.ts';
import { integer, json, optionalInteger, optionalText, text } from '../sql/column.ts';
import type { Database, SqlRow, SqlValue } from '../sql/sql.ts';
import { noteChange } from './change-table.ts';
import { readLimits, writeLimits } from './limits-text.ts';

/** A key with the hashes of its secrets: never leaves the store. */
export interface StoredKey {
  readonly key: VirtualKey;
  readonly secretHash: string;
  readonly previousHash: string | undefined;
}

const COLUMNS =
  'id, name, user_id, team_id, secret_hash, previous_hash, previous_until, models, origins, limits, metadata, created_at, expires_at, revoked_at';
const MARKS = COLUMNS.split(', ')
  .map(() => '?')
  .join(', ');
const REPLACE = COLUMNS.split(', ')
  .slice(1)
  .map((column) => `${column} = excluded.${column}`)
  .join(', ');

export class KeyTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async get(id: string): Promise<StoredKey | undefined> {
    const [row] = await this.#database.run(`SELECT ${COLUMNS} FROM parley_key WHERE id = ?`, [id]);
    return row && storedKeyOf(row);
  }

  /** Keeps what is given; `before` is what it was made from. False when somebody has changed the key since. */
  put(stored: StoredKey, before: StoredKey | undefined): Promise<boolean> {
    const { id } = stored.key;
    return this.#database.transaction(async (sql) => {
      // Locks the counter first: changes of keys come one after the other.
      await noteChange(sql, `key:${id}`);
      const [row] = await sql.run(`SELECT ${COLUMNS} FROM parley_key WHERE id = ?`, [id]);
      const found = row && storedKeyOf(row);
      if (JSON.stringify(found && valuesOf(found)) !== JSON.stringify(before && valuesOf(before)))
        return false;
      await sql.run(
        `INSERT INTO parley_key (${COLUMNS}) VALUES (${MARKS}) ON CONFLICT (id) DO UPDATE SET ${REPLACE}`,
        valuesOf(stored),
      );
      return true;
    });
  }

  async list({ userId, teamId, after, limit }: KeyQuery): Promise<KeyPage> {
    const conditions = ['1 = 1'];
    const values: SqlValue[] = [];
    const add = (condition: string, value: string | undefined) => {
      if (value === undefined) return;
      conditions.push(condition);
      values.push(value);
    };
    add('user_id = ?', userId);
    add('team_id = ?', teamId);
    add('(created_at, id) < (SELECT created_at, id FROM parley_key WHERE id = ?)', after);
    const rows = await this.#database.run(
      `SELECT ${COLUMNS} FROM parley_key WHERE ${conditions.join(' AND ')}
       ORDER BY created_at DESC, id DESC LIMIT ?`,
      [...values, limit + 1],
    );
    return {
      keys: rows.slice(0, limit).map((row) => storedKeyOf(row).key),
      more: rows.length > limit,
    };
  }
}

function valuesOf({ key, secretHash, previousHash }: StoredKey): SqlValue[] {
  return [
    key.id,
    key.name,
    key.userId ?? null,
    key.teamId ?? null,
    secretHash,
    previousHash ?? null,
    key.previousUntil ?? null,
    key.models === undefined ? null : JSON.stringify(key.models),
    key.origins === undefined ? null : JSON.stringify(key.origins),
    writeLimits(key.limits),
    JSON.stringify(key.metadata),
    key.createdAt,
    key.expiresAt ?? null,
    key.revokedAt ?? null,
  ];
}

function storedKeyOf(row: SqlRow): StoredKey {
  const list = (column: string) => (row[column] === null ? undefined : json<string[]>(row, column));
  return {
    key: {
      id: text(row, 'id'),
      name: text(row, 'name'),
      userId: optionalText(row, 'user_id'),
      teamId: optionalText(row, 'team_id'),
      models: list('models'),
      origins: list('origins'),
      limits: readLimits(text(row, 'limits')),
      metadata: json<Record<string, string>>(row, 'metadata'),
      createdAt: integer(row, 'created_at'),
      expiresAt: optionalInteger(row, 'expires_at'),
      revokedAt: optionalInteger(row, 'revoked_at'),
      previousUntil: optionalInteger(row, 'previous_until'),
    },
    secretHash: text(row, 'secret_hash'),
    previousHash: optionalText(row, 'previous_hash'),
  };
}

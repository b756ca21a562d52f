import type { Owner, OwnerKind } from '../../core/keys.ts';
import { integer, json, text } from '../sql/column.ts';
import type { Database, SqlRow } from '../sql/sql.ts';
import { noteChange } from './change-table.ts';
import { readLimits, writeLimits } from './limits-text.ts';

const COLUMNS = 'kind, id, name, limits, metadata, created_at';

export class OwnerTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async get(kind: OwnerKind, id: string): Promise<Owner | undefined> {
    const [row] = await this.#database.run(`SELECT ${COLUMNS} FROM parley_owner WHERE kind = ? AND id = ?`, [
      kind,
      id,
    ]);
    return row && ownerOf(row);
  }

  /** Creates or replaces; one that is there keeps the time of its creation. */
  put(owner: Owner): Promise<Owner> {
    const { kind, id, name, limits, metadata, createdAt } = owner;
    return this.#database.transaction(async (sql) => {
      await noteChange(sql, `${kind}:${id}`);
      const [row] = await sql.run(
        `INSERT INTO parley_owner (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (kind, id) DO UPDATE SET name = excluded.name, limits = excluded.limits, metadata = excluded.metadata
         RETURNING ${COLUMNS}`,
        [kind, id, name, writeLimits(limits), JSON.stringify(metadata), createdAt],
      );
      return row === undefined ? owner : ownerOf(row);
    });
  }

  /** Ordered by id, those behind `after`. */
  async list(kind: OwnerKind, after: string, limit: number): Promise<readonly Owner[]> {
    const rows = await this.#database.run(
      `SELECT ${COLUMNS} FROM parley_owner WHERE kind = ? AND id > ? ORDER BY id LIMIT ?`,
      [kind, after, limit],
    );
    return rows.map(ownerOf);
  }

  remove(kind: OwnerKind, id: string): Promise<boolean> {
    return this.#database.transaction(async (sql) => {
      await noteChange(sql, `${kind}:${id}`);
      const rows = await sql.run('DELETE FROM parley_owner WHERE kind = ? AND id = ? RETURNING id', [
        kind,
        id,
      ]);
      return rows.length > 0;
    });
  }
}

function ownerOf(row: SqlRow): Owner {
  return {
    // Only `put` writes it.
    kind: text(row, 'kind') as OwnerKind,
    id: text(row, 'id'),
    name: text(row, 'name'),
    limits: readLimits(text(row, 'limits')),
    metadata: json<Record<string, string>>(row, 'metadata'),
    createdAt: integer(row, 'created_at'),
  };
}

import { big, integer, text } from '../sql/column.ts';
import type { Database, Sql } from '../sql/sql.ts';

/** `key:<id>`, `user:<id>` or `team:<id>`: what processes remember of keys and owners. */
export type Entity = string;

export interface Changes {
  /** Number of the last change. */
  readonly last: number;
  /** Since the one that was asked for; undefined when nobody knows any more. */
  readonly entities: readonly Entity[] | undefined;
}

/** Changes that are kept for processes that ask late. */
const KEPT = 1_000;

/** Notes a change in the transaction that makes it. The counter's row is locked until then, so that numbers appear in their order. */
export async function noteChange(sql: Sql, entity: Entity): Promise<void> {
  const [row] = await sql.run(
    "UPDATE parley_counter SET value = value + 1 WHERE name = 'change' RETURNING value",
  );
  if (row === undefined) throw new Error('the database has no counter of changes');
  const sequence = big(row, 'value');
  await sql.run('INSERT INTO parley_change (sequence, entity) VALUES (?, ?)', [sequence, entity]);
  await sql.run('DELETE FROM parley_change WHERE sequence <= ?', [sequence - BigInt(KEPT)]);
}

export class ChangeTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** One statement, which reads one snapshot. */
  async since(last: number): Promise<Changes> {
    const rows = await this.#database.run(
      `SELECT counter.value AS last, change.sequence AS sequence, change.entity AS entity
       FROM parley_counter AS counter LEFT JOIN parley_change AS change ON change.sequence > ?
       WHERE counter.name = 'change' ORDER BY change.sequence`,
      [last],
    );
    const [first] = rows;
    if (first === undefined) throw new Error('the database has no counter of changes');
    const now = integer(first, 'last');
    if (now === last) return { last: now, entities: [] };
    const whole = now > last && first.sequence !== null && integer(first, 'sequence') === last + 1;
    return { last: now, entities: whole ? rows.map((row) => text(row, 'entity')) : undefined };
  }

  /** Tells this database from every other. */
  async installation(): Promise<string> {
    const [row] = await this.#database.run("SELECT value FROM parley_counter WHERE name = 'installation'");
    return row === undefined ? '0' : String(big(row, 'value'));
  }
}

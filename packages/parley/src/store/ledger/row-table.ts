import { sumHoldings, Tally } from '../counters/decide.ts';
import { FRESH, type Spent, type Subject, type SubjectState, spend, windowsAt } from '../counters/state.ts';
import {
  isRegistered,
  lockStates,
  readHoldings,
  readSpent,
  writeHoldings,
  writeStates,
} from '../counters/subject-table.ts';
import { text } from '../sql/column.ts';
import { type Database, insertRows, type Sql, selectIn } from '../sql/sql.ts';
import { holdingsOf, type RecordedRow, subjectsOf } from './recorded-row.ts';
import { fromColumns, ROW_COLUMNS, toColumns } from './row-columns.ts';
import { addUsage } from './usage-sums.ts';

/** Error code of the row of a call that never settled, because its process ended. */
export const PROCESS_ENDED = 'process_ended';

/** The rows, the sums of their money by subject, and the sums by hour: always in step, for one transaction writes them. */
export class RowTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Keeps the rows that are not there yet, and gives back what the process held for them. Gives what the subjects of all
   * rows have spent now. May be repeated.
   */
  record(process: string, rows: readonly RecordedRow[]): Promise<ReadonlyMap<Subject, Spent>> {
    const subjects = new Set(rows.flatMap(({ row, heldFor }) => [...subjectsOf(row), ...heldFor]));
    return this.#database.transaction(async (sql) => {
      const registered = await isRegistered(sql, process);
      const states = await lockStates(sql, subjects);
      const added = await add(sql, rows);
      await addUsage(
        sql,
        added.map(({ row }) => row),
      );
      const spent = spendRows(states, added);
      await writeStates(sql, spent);
      const all = new Map([...states, ...spent]);
      if (registered) await giveBack(sql, process, all, added);
      return all;
    });
  }

  spent(subjects: readonly Subject[]): Promise<ReadonlyMap<Subject, Spent>> {
    return readSpent(this.#database, subjects);
  }

  /** Removes rows of calls that started before that time, some at a time; sums stay. How many there were. */
  async forget(before: number, limit: number): Promise<number> {
    const removed = await this.#database.run(
      `DELETE FROM parley_row WHERE row_id IN
         (SELECT row_id FROM parley_row WHERE started_at < ? ORDER BY started_at, row_id LIMIT ?)
       RETURNING row_id`,
      [before, limit],
    );
    return removed.length;
  }

  sync(): Promise<void> {
    return this.#database.sync();
  }
}

/** Those that were not there. A row takes the place of one that only says that its call never settled. */
async function add(sql: Sql, rows: readonly RecordedRow[]): Promise<RecordedRow[]> {
  const byId = new Map(rows.map((row) => [row.rowId, row]));
  const added = await insert(sql, [...byId.values()]);
  for (const { rowId } of added) byId.delete(rowId);
  const settled = [...byId.values()].filter(({ row }) => row.errorCode !== PROCESS_ENDED);
  const returned = await removeUnsettled(sql, settled);
  return [...added, ...(await insert(sql, returned))];
}

async function insert(sql: Sql, rows: readonly RecordedRow[]): Promise<RecordedRow[]> {
  const tail = 'ON CONFLICT (row_id) DO NOTHING RETURNING row_id';
  const returned = await insertRows(sql, `parley_row (${ROW_COLUMNS})`, tail, rows.map(toColumns));
  const inserted = new Set(returned.map((row) => text(row, 'row_id')));
  return rows.filter(({ rowId }) => inserted.has(rowId));
}

async function removeUnsettled(sql: Sql, rows: readonly RecordedRow[]): Promise<RecordedRow[]> {
  const ids = rows.map(({ rowId }) => rowId);
  const found = await selectIn(
    sql,
    { select: `SELECT ${ROW_COLUMNS} FROM parley_row`, column: 'row_id', tail: sql.forUpdate },
    ids,
  );
  const stale = found.filter((row) => row.error_code === PROCESS_ENDED);
  await addUsage(sql, stale.map(fromColumns), -1);
  for (const row of stale) await sql.run('DELETE FROM parley_row WHERE row_id = ?', [text(row, 'row_id')]);
  const gone = new Set(stale.map((row) => text(row, 'row_id')));
  return rows.filter(({ rowId }) => gone.has(rowId));
}

function spendRows(
  states: ReadonlyMap<Subject, SubjectState>,
  rows: readonly RecordedRow[],
): Map<Subject, SubjectState> {
  const spent = new Map<Subject, SubjectState>();
  for (const { row } of rows) {
    const started = windowsAt(row.startedAt);
    for (const subject of subjectsOf(row)) {
      const state = spent.get(subject) ?? states.get(subject) ?? FRESH;
      spent.set(subject, { ...state, ...spend(state, row.cost, started) });
    }
  }
  return spent;
}

async function giveBack(
  sql: Sql,
  process: string,
  states: ReadonlyMap<Subject, SubjectState>,
  rows: readonly RecordedRow[],
): Promise<void> {
  const sums = sumHoldings(holdingsOf(rows));
  if (sums.length === 0) return;
  const subjects = sums.map(({ subject }) => subject);
  // Windows do not matter where only holdings change.
  const now = { minute: 0, day: 0, month: 0 };
  const tally = new Tally(states, await readHoldings(sql, process, subjects), now);
  for (const { subject, concurrent, held } of sums) {
    tally.hold({ subject, concurrent: -concurrent, held: -held });
  }
  await writeStates(sql, tally.changedStates);
  await writeHoldings(sql, process, tally.changedHoldings);
}

import { big, integer, text } from '../sql/column.ts';
import { insertRows, type Sql, type SqlRow, selectIn } from '../sql/sql.ts';
import type { Holding } from './counters.ts';
import { FRESH, type Spent, type Subject, type SubjectState } from './state.ts';

const STATE_COLUMNS =
  'subject, minute, requests, tokens, concurrent, held, day, day_spent, month, month_spent, total_spent';
const SET_STATE = STATE_COLUMNS.split(', ')
  .slice(1)
  .map((column) => `${column} = excluded.${column}`)
  .join(', ');

/**
 * The subjects' states; nobody else changes them until the transaction ends. Always asked in the order of their names, so
 * that two transactions do not wait for each other. What nobody has heard of is missing.
 */
export async function lockStates(sql: Sql, subjects: Iterable<Subject>): Promise<Map<Subject, SubjectState>> {
  const wanted = [...new Set(subjects)].sort();
  const states = await selectStates(sql, wanted);
  const missing = wanted.filter((subject) => !states.has(subject));
  if (sql.forUpdate === '' || missing.length === 0) return states;
  // Only a row that exists can be locked.
  const fresh = missing.map((subject) => stateRow(subject, FRESH));
  await insertRows(sql, `parley_subject (${STATE_COLUMNS})`, 'ON CONFLICT (subject) DO NOTHING', fresh);
  return new Map([...states, ...(await selectStates(sql, missing))]);
}

async function selectStates(sql: Sql, subjects: readonly Subject[]): Promise<Map<Subject, SubjectState>> {
  const select = `SELECT ${STATE_COLUMNS} FROM parley_subject`;
  const rows = await selectIn(sql, { select, column: 'subject', tail: sql.forUpdate }, subjects);
  return new Map(rows.map((row) => [text(row, 'subject'), stateOf(row)]));
}

/** Without a lock. */
export async function readSpent(sql: Sql, subjects: readonly Subject[]): Promise<Map<Subject, Spent>> {
  const select = 'SELECT subject, day, day_spent, month, month_spent, total_spent FROM parley_subject';
  const rows = await selectIn(sql, { select, column: 'subject' }, [...new Set(subjects)].sort());
  return new Map(rows.map((row) => [text(row, 'subject'), spentOf(row)]));
}

export async function writeStates(sql: Sql, states: ReadonlyMap<Subject, SubjectState>): Promise<void> {
  const rows = [...states].map(([subject, state]) => stateRow(subject, state));
  const tail = `ON CONFLICT (subject) DO UPDATE SET ${SET_STATE}`;
  await insertRows(sql, `parley_subject (${STATE_COLUMNS})`, tail, rows);
}

/** What the process holds: of all subjects, or of these. Their states are locked, or the process is. */
export async function readHoldings(
  sql: Sql,
  process: string,
  subjects?: Iterable<Subject>,
): Promise<Map<Subject, Holding>> {
  const rows = await sql.run('SELECT subject, concurrent, held FROM parley_holding WHERE process = ?', [
    process,
  ]);
  const wanted = subjects === undefined ? undefined : new Set(subjects);
  const holdings = rows.map((row) => ({
    subject: text(row, 'subject'),
    concurrent: integer(row, 'concurrent'),
    held: big(row, 'held'),
  }));
  return new Map(
    holdings
      .filter(({ subject }) => wanted?.has(subject) ?? true)
      .map((holding) => [holding.subject, holding]),
  );
}

export async function writeHoldings(
  sql: Sql,
  process: string,
  holdings: ReadonlyMap<Subject, Holding>,
): Promise<void> {
  const rows = [...holdings.values()].map(({ subject, concurrent, held }) => [
    process,
    subject,
    concurrent,
    held,
  ]);
  const tail =
    'ON CONFLICT (process, subject) DO UPDATE SET concurrent = excluded.concurrent, held = excluded.held';
  await insertRows(sql, 'parley_holding (process, subject, concurrent, held)', tail, rows);
}

/** Whether the process is registered; it stays so until the transaction ends. */
export async function isRegistered(sql: Sql, process: string): Promise<boolean> {
  const rows = await sql.run(`SELECT id FROM parley_process WHERE id = ?${sql.forShare}`, [process]);
  return rows.length > 0;
}

function stateRow(subject: Subject, state: SubjectState) {
  const { minute, requests, tokens, concurrent, held } = state;
  const { day, daySpent, month, monthSpent, totalSpent } = state;
  return [subject, minute, requests, tokens, concurrent, held, day, daySpent, month, monthSpent, totalSpent];
}

function stateOf(row: SqlRow): SubjectState {
  return {
    ...spentOf(row),
    minute: integer(row, 'minute'),
    requests: integer(row, 'requests'),
    tokens: integer(row, 'tokens'),
    concurrent: integer(row, 'concurrent'),
    held: big(row, 'held'),
  };
}

function spentOf(row: SqlRow): Spent {
  return {
    day: integer(row, 'day'),
    daySpent: big(row, 'day_spent'),
    month: integer(row, 'month'),
    monthSpent: big(row, 'month_spent'),
    totalSpent: big(row, 'total_spent'),
  };
}

import { invalidRequest } from '@parley/protocol/errors';
import type {
  RowPage,
  RowQuery,
  UsageDimension,
  UsageFilter,
  UsageQuery,
  UsageSum,
} from '../../core/usage.ts';
import { big, integer, text } from '../sql/column.ts';
import type { Database, SqlRow, SqlValue } from '../sql/sql.ts';
import { fromColumns, ROW_COLUMNS } from './row-columns.ts';
import { HOUR_MS, SUMS } from './usage-sums.ts';

/** An answer with more would be a report, not a question. */
const MAX_SUMS = 10_000;
const MAX_PAGE = 1_000;
const DAY_HOURS = 24;

const COLUMN: Readonly<Record<UsageDimension, string>> = {
  key: 'key_id',
  user: 'user_id',
  team: 'team_id',
  model: 'model',
  target: 'target',
};
const FILTERS: readonly (readonly [keyof UsageFilter, string])[] = [
  ['keyId', 'key_id'],
  ['userId', 'user_id'],
  ['teamId', 'team_id'],
  ['model', 'model'],
  ['target', 'target'],
];

interface Condition {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

/** Questions about what was recorded. */
export class UsageTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async usage(query: UsageQuery): Promise<readonly UsageSum[]> {
    const { interval } = query;
    const dimensions = [...new Set(query.groupBy)];
    const begin = interval === 'day' ? `hour / ${DAY_HOURS} * ${DAY_HOURS}` : 'hour';
    const columns = [
      ...(interval === undefined ? [] : [`${begin} AS begins`]),
      ...dimensions.map((dimension) => COLUMN[dimension]),
    ];
    const grouping = columns.map((_, index) => index + 1).join(', ');
    const sums = SUMS.map((sum) => `CAST(coalesce(sum(${sum}), 0) AS BIGINT) AS ${sum}`);
    const { text: where, values } = all([
      { text: 'hour >= ? AND hour < ?', values: [hourOf('from', query.from), hourOf('to', query.to)] },
      ...filters(query, "= ''"),
    ]);
    const order = columns.length === 0 ? '' : ` GROUP BY ${grouping} ORDER BY ${grouping}`;
    const rows = await this.#database.run(
      `SELECT ${[...columns, ...sums].join(', ')} FROM parley_usage WHERE ${where}${order} LIMIT ${MAX_SUMS + 1}`,
      values,
    );
    if (rows.length > MAX_SUMS) {
      throw invalidRequest('to', `More than ${MAX_SUMS} sums: ask for a shorter time, or for fewer groups.`);
    }
    return rows.map((row) => sumOf(row, dimensions, interval !== undefined));
  }

  async rows(query: RowQuery): Promise<RowPage> {
    if (!Number.isInteger(query.limit) || query.limit < 1 || query.limit > MAX_PAGE) {
      throw invalidRequest('limit', `limit must be a whole number from 1 to ${MAX_PAGE}.`, 'out_of_range');
    }
    const { from, to, id, after } = query;
    const { text: where, values } = all([
      ...(from === undefined ? [] : [{ text: 'started_at >= ?', values: [from] }]),
      ...(to === undefined ? [] : [{ text: 'started_at < ?', values: [to] }]),
      ...(id === undefined ? [] : [{ text: 'id = ?', values: [id] }]),
      ...(after === undefined ? [] : [{ text: '(started_at, row_id) < (?, ?)', values: place(after) }]),
      ...filters(query, 'IS NULL'),
    ]);
    const found = await this.#database.run(
      `SELECT ${ROW_COLUMNS} FROM parley_row WHERE ${where} ORDER BY started_at DESC, row_id DESC LIMIT ?`,
      [...values, query.limit + 1],
    );
    const page = found.slice(0, query.limit);
    const last = page.at(-1);
    return {
      rows: page.map(fromColumns),
      next: found.length > page.length && last !== undefined ? cursorOf(last) : undefined,
    };
  }
}

/** @param none How the table says that a call has none of it; an empty text asks for those. */
function filters(query: UsageFilter, none: string): Condition[] {
  return FILTERS.flatMap(([name, column]) => {
    const value = query[name];
    if (value === undefined) return [];
    return value === ''
      ? [{ text: `${column} ${none}`, values: [] }]
      : [{ text: `${column} = ?`, values: [value] }];
  });
}

function all(conditions: readonly Condition[]): Condition {
  if (conditions.length === 0) return { text: '1 = 1', values: [] };
  return {
    text: conditions.map(({ text }) => text).join(' AND '),
    values: conditions.flatMap(({ values }) => values),
  };
}

function hourOf(name: string, time: number): number {
  if (Number.isSafeInteger(time) && time % HOUR_MS === 0) return time / HOUR_MS;
  throw invalidRequest(name, `${name} must be the beginning of an hour, in milliseconds since 1970.`);
}

function sumOf(row: SqlRow, dimensions: readonly UsageDimension[], dated: boolean): UsageSum {
  return {
    startsAt: dated ? integer(row, 'begins') * HOUR_MS : undefined,
    group: Object.fromEntries(dimensions.map((dimension) => [dimension, text(row, COLUMN[dimension])])),
    calls: integer(row, 'calls'),
    answered: integer(row, 'answered'),
    cancelled: integer(row, 'cancelled'),
    failed: integer(row, 'failed'),
    estimated: integer(row, 'estimated'),
    promptTokens: integer(row, 'prompt_tokens'),
    cachedTokens: integer(row, 'cached_tokens'),
    completionTokens: integer(row, 'completion_tokens'),
    reasoningTokens: integer(row, 'reasoning_tokens'),
    cost: big(row, 'cost'),
  };
}

function cursorOf(row: SqlRow): string {
  return Buffer.from(`${integer(row, 'started_at')} ${text(row, 'row_id')}`).toString('base64url');
}

function place(cursor: string): SqlValue[] {
  const [, startedAt, rowId] =
    /^(\d{1,15}) (.{1,100})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (startedAt === undefined || rowId === undefined) {
    throw invalidRequest('after', 'after is not the `next` of a page.');
  }
  return [Number(startedAt), rowId];
}

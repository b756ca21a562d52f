import type { SqlRow } from './sql.ts';

export function text(row: SqlRow, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new Error(`the column ${column} holds no text`);
  return value;
}

export function optionalText(row: SqlRow, column: string): string | undefined {
  return row[column] === null ? undefined : text(row, column);
}

export function big(row: SqlRow, column: string): bigint {
  const value = row[column];
  if (typeof value !== 'bigint') throw new Error(`the column ${column} holds no whole number`);
  return value;
}

export function integer(row: SqlRow, column: string): number {
  const value = Number(big(row, column));
  if (!Number.isSafeInteger(value)) throw new Error(`the column ${column} holds too large a number`);
  return value;
}

export function optionalInteger(row: SqlRow, column: string): number | undefined {
  return row[column] === null ? undefined : integer(row, column);
}

/** The caller knows what it has written there. */
export function json<T>(row: SqlRow, column: string): T {
  return JSON.parse(text(row, column)) as T;
}

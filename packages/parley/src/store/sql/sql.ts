export type SqlValue = string | number | bigint | null;

/** Whole numbers come as bigint. */
export type SqlRow = Readonly<Record<string, unknown>>;

/** What SQLite and PostgreSQL have in common, as our statements use it. */
export interface Sql {
  /** One statement with `?` for each value; a text with a question mark in it must be a value. */
  run(text: string, values?: readonly SqlValue[]): Promise<SqlRow[]>;
  /** Ends a SELECT whose rows nobody else may change until the transaction ends; SQLite has but one writer anyway. */
  readonly forUpdate: string;
  /** Ends a SELECT whose rows nobody else may remove until then. */
  readonly forShare: string;
}

export interface Database extends Sql {
  /** Runs alone, or as if: all of it is kept, or nothing. It may be run again when others were in its way. */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /** Resolves when all that was kept before would survive a loss of power. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Statements of a few lengths only, so that they are prepared once each. */
const CHUNKS = [64, 8, 1];

/**
 * Runs `INSERT INTO <into> VALUES (...), ... <tail>` for any number of rows, in their order. Gives what `RETURNING` in the
 * tail gives.
 */
export async function insertRows(
  sql: Sql,
  into: string,
  tail: string,
  rows: readonly (readonly SqlValue[])[],
): Promise<SqlRow[]> {
  const returned: SqlRow[] = [];
  for (let at = 0; at < rows.length; ) {
    const length = CHUNKS.find((size) => size <= rows.length - at) ?? 1;
    const chunk = rows.slice(at, at + length);
    const tuples = chunk.map((row) => `(${row.map(() => '?').join(', ')})`).join(', ');
    returned.push(...(await sql.run(`INSERT INTO ${into} VALUES ${tuples} ${tail}`, chunk.flat())));
    at += length;
  }
  return returned;
}

/** Rows whose `column` is one of the values: any number of them, each once. */
export async function selectIn(
  sql: Sql,
  { select, column, tail = '' }: { select: string; column: string; tail?: string },
  values: readonly string[],
): Promise<SqlRow[]> {
  const found: SqlRow[] = [];
  for (let at = 0; at < values.length; ) {
    const length = CHUNKS.find((size) => size <= values.length - at) ?? 1;
    const marks = Array.from({ length }, () => '?').join(', ');
    const text = `${select} WHERE ${column} IN (${marks}) ORDER BY ${column}${tail}`;
    found.push(...(await sql.run(text, values.slice(at, at + length))));
    at += length;
  }
  return found;
}

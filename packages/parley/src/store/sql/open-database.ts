import type { UsageReader } from '../../core/usage.ts';
import { openPostgresDatabase } from './postgres-database.ts';
import { openSqliteThread } from './sqlite-port.ts';
import { type OpenDatabase, openTables } from './tables.ts';

export interface DatabaseOptions {
  /** `sqlite:<file>`, or `postgres://...` as libpq writes it. */
  readonly url: string;
  readonly timeoutMs: number;
  readonly onFailure: (error: unknown) => void;
}

const CONNECTIONS = 8;

/** Rejects with what the database says, and for an address of neither kind. */
export async function openDatabase({ url, timeoutMs, onFailure }: DatabaseOptions): Promise<OpenDatabase> {
  if (url.startsWith('sqlite:')) return openSqlite(url.slice('sqlite:'.length), timeoutMs);
  if (!/^postgres(ql)?:\/\//.test(url)) {
    throw new Error('a database is sqlite:<file> or postgres://<user>:<password>@<host>/<database>');
  }
  const database = await openPostgresDatabase({
    url,
    connections: CONNECTIONS,
    timeoutMs,
    onIdleFailure: onFailure,
  });
  return { tables: openTables(database), close: () => database.close() };
}

/**
 * One thread writes. Questions about what was used may take long: they have a thread and a connection of their own, from
 * the first question on, and read beside the writer.
 */
async function openSqlite(path: string, timeoutMs: number): Promise<OpenDatabase> {
  const data = { path, busyMs: timeoutMs };
  const writer = await openSqliteThread(data);
  let reader: Promise<OpenDatabase> | undefined;
  const usage = async (): Promise<UsageReader> => {
    reader ??= openSqliteThread(data).catch((error: unknown) => {
      reader = undefined;
      throw error;
    });
    return (await reader).tables.usage;
  };
  return {
    tables: {
      ...writer.tables,
      usage: {
        usage: async (query) => (await usage()).usage(query),
        rows: async (query) => (await usage()).rows(query),
      },
    },
    async close() {
      await reader?.then(
        (open) => open.close(),
        // It could not be opened, and whoever asked was told.
        () => undefined,
      );
      await writer.close();
    },
  };
}

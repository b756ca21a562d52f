import { parentPort, workerData } from 'node:worker_threads';
import { describeFailure } from './failure.ts';
import { openSqliteDatabase, type SqliteDatabase } from './sqlite-database.ts';
import { openTables, type Tables } from './tables.ts';
import type { Call, FromThread, ThreadData, ToThread } from './thread-messages.ts';

/** SQLite waits for other processes and for the disk; here nobody waits with it. The other side is sqlite-port.ts. */
const port = parentPort;
if (port === null) throw new Error('sqlite-thread.ts is the entry of a thread');
const post = (message: FromThread) => port.postMessage(message);

try {
  // sqlite-port.ts is the only one that starts this file.
  const database = await openSqliteDatabase(workerData as ThreadData);
  serve(database, openTables(database));
  post({ kind: 'open' });
} catch (error) {
  post({ kind: 'not-open', failure: describeFailure(error) });
}

function serve(database: SqliteDatabase, tables: Tables): void {
  port?.on('message', (message: ToThread) => {
    if (message === 'close') void database.close().finally(() => port?.close());
    else void answer(tables, message);
  });
}

async function answer(tables: Tables, { id, table, method, args }: Call): Promise<void> {
  try {
    post({ kind: 'result', id, result: await methodOf(tables[table], method)(...args) });
  } catch (error) {
    post({ kind: 'failure', id, failure: describeFailure(error) });
  }
}

/** The other side's types say which methods there are, and what they take. */
function methodOf(table: object, name: string): (...args: readonly unknown[]) => Promise<unknown> {
  const method: unknown = Reflect.get(table, name);
  if (typeof method !== 'function') throw new Error(`there is no method ${name}`);
  return (...args) => Reflect.apply(method, table, args);
}

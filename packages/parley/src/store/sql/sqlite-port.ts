import { Worker } from 'node:worker_threads';
import { failureOf } from './failure.ts';
import type { OpenDatabase, Tables } from './tables.ts';
import type { Call, FromThread, ThreadData } from './thread-messages.ts';

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Opens the file in a thread of its own. Rejects with what SQLite or the file system say. */
export async function openSqliteThread(data: ThreadData): Promise<OpenDatabase> {
  // Sources run as they are in development and as .js when built.
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const worker = new Worker(new URL(`./sqlite-thread${extension}`, import.meta.url), {
    workerData: data,
    name: 'parley-store',
  });
  const port = new SqlitePort(worker);
  try {
    await port.opened;
  } catch (error) {
    await worker.terminate();
    throw error;
  }
  return { tables: port.tables(), close: () => port.close() };
}

/** Calls of tables that are in a thread. They are answered in the order in which they were asked. */
class SqlitePort {
  readonly opened: Promise<void>;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #exited: Promise<void>;
  #calls = 0;
  #end: Error | undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.opened = promise;
    worker.on('message', (message: FromThread) => {
      if (message.kind === 'open') resolve();
      else if (message.kind === 'not-open') reject(failureOf(message.failure));
      else this.#answered(message);
    });
    worker.on('error', (error) => this.#over(error instanceof Error ? error : new Error(String(error))));
    const { promise: exited, resolve: exit } = Promise.withResolvers<void>();
    this.#exited = exited;
    worker.on('exit', () => {
      this.#over(new Error('the store is closed'));
      reject(this.#end ?? new Error('the store is closed'));
      exit();
    });
  }

  tables(): Tables {
    const table = (name: keyof Tables): unknown =>
      new Proxy({}, { get: (_, method) => this.#method(name, method) });
    // The thread has the same tables; sqlite-thread.ts finds the methods by their names.
    return {
      changes: table('changes') as Tables['changes'],
      counters: table('counters') as Tables['counters'],
      keys: table('keys') as Tables['keys'],
      owners: table('owners') as Tables['owners'],
      rows: table('rows') as Tables['rows'],
      usage: table('usage') as Tables['usage'],
    };
  }

  async close(): Promise<void> {
    if (this.#end === undefined) this.#worker.postMessage('close');
    await this.#exited;
  }

  #method(table: keyof Tables, method: string | symbol): unknown {
    // What looks like a promise would be waited for.
    if (typeof method !== 'string' || method === 'then') return undefined;
    return (...args: unknown[]) => this.#call({ id: ++this.#calls, table, method, args });
  }

  #call(call: Call): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#end !== undefined) return reject(this.#end);
      this.#waiting.set(call.id, { resolve, reject });
      this.#worker.postMessage(call);
    });
  }

  #answered(message: Extract<FromThread, { id: number }>): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.kind === 'result') waiting?.resolve(message.result);
    else waiting?.reject(failureOf(message.failure));
  }

  #over(error: Error): void {
    this.#end ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#end);
    this.#waiting.clear();
  }
}

import type { Spent, Subject } from '../counters/state.ts';
import type { RecordedRow } from './recorded-row.ts';
import { retryDelay, type Turn, within } from './turn.ts';

export interface RecorderOptions {
  /** Keeps the rows, those that are not there yet. Must be repeatable. */
  readonly record: (rows: readonly RecordedRow[]) => Promise<ReadonlyMap<Subject, Spent>>;
  /** Told what is in the database now. Never rejects. */
  readonly onRecorded: (rows: readonly RecordedRow[], spent: ReadonlyMap<Subject, Spent>) => Promise<void>;
  readonly now: () => number;
  readonly timeoutMs: number;
  readonly turn: Turn;
  /** Waits before it is tried again; `RETRY_MS` when left out. */
  readonly retryMs?: readonly number[] | undefined;
  /** Told of each failure. */
  readonly onTrouble: (error: unknown) => void;
}

interface WaitingRow {
  readonly row: RecordedRow;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const BATCH = 500;

/**
 * Brings rows into the database. While a batch is written, those that come gather for the next; when one fails it is tried
 * again until it is there, and all others wait behind it.
 */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #rows: WaitingRow[] = [];
  #writing: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #retries = 0;
  #troubleSince: number | undefined;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  /** Since when nothing could be recorded: Unix time in milliseconds. */
  get troubleSince(): number | undefined {
    return this.#troubleSince;
  }

  /** Rows that are not in the database yet. */
  get waiting(): number {
    return this.#rows.length;
  }

  /** Resolves when the row is there; rejects when it is not there at the first try, but goes on trying. */
  add(row: RecordedRow): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#rows.push({ row, resolve, reject });
      if (this.#troubleSince === undefined) this.#write();
      else reject(new Error('rows cannot be recorded at the moment'));
    });
  }

  /** Tries once more to record what is left; what cannot be is for the journal. */
  async close(): Promise<void> {
    clearTimeout(this.#retry);
    await this.#writing;
    if (this.#rows.length > 0) this.#write();
    await this.#writing;
    clearTimeout(this.#retry);
  }

  #write(): void {
    this.#writing ??= Promise.resolve().then(() => this.#batches());
  }

  async #batches(): Promise<void> {
    while (this.#rows.length > 0) {
      const batch = this.#rows.slice(0, BATCH);
      if (!(await this.#options.turn.take(() => this.#record(batch.map(({ row }) => row))))) break;
      this.#rows.splice(0, batch.length);
      for (const { resolve } of batch) resolve();
    }
    this.#writing = undefined;
  }

  /** False when it is not known whether the rows are there: before the turn is over, so that nobody relies on it. */
  async #record(rows: readonly RecordedRow[]): Promise<boolean> {
    const { record, onRecorded, timeoutMs } = this.#options;
    try {
      const spent = await within(timeoutMs, record(rows));
      this.#troubleSince = undefined;
      this.#retries = 0;
      await onRecorded(rows, spent);
      return true;
    } catch (error) {
      this.#failed(error);
      return false;
    }
  }

  #failed(error: unknown): void {
    const { now, onTrouble } = this.#options;
    onTrouble(error);
    this.#troubleSince ??= now();
    for (const { reject } of this.#rows) reject(error);
    const delay = retryDelay(this.#retries++, this.#options.retryMs);
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#write(), delay).unref();
  }
}

import { mkdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { LedgerRow } from '../../core/ledger.ts';
import { type Begun, encodeLine } from './line.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { segmentName } from './read-journal.ts';
import { Segment } from './segment.ts';

export interface JournalOptions {
  /** On a local disk; created for its owner alone. Processes may share it. */
  readonly folder: string;
  /** Name of this process's files: letters and digits. */
  readonly name: string;
  readonly identity: ProcessIdentity;
  /** Told when the disk fails. Who waits for it is told so, too; what comes next goes into a new file. */
  readonly onFailure: (error: unknown) => void;
}

interface Waiting {
  readonly line: string;
  /** Id of the row that the line is. */
  readonly row: string | undefined;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const SEGMENT_BYTES = 4 * 1024 * 1024;

/**
 * What this process has settled, on the local disk before anything else. Lines are collected while the disk writes those
 * before them, so that any number of calls share one wait for it. Files are removed when all that is in them is in the
 * database.
 */
export class Journal {
  readonly #options: JournalOptions;
  /** Lines of calls that have begun: each file begins with them, so that those before it can go. */
  readonly #begun = new Map<string, string>();
  readonly #closed: Segment[] = [];
  #current: Segment | undefined;
  #number = 0;
  #ended = false;
  #queue: Waiting[] = [];
  #last: Promise<unknown> = Promise.resolve();

  static async open(options: JournalOptions): Promise<Journal> {
    await mkdir(options.folder, { recursive: true, mode: 0o700 });
    const journal = new Journal(options);
    await journal.#alone(() => journal.#rotate());
    return journal;
  }

  private constructor(options: JournalOptions) {
    this.#options = options;
  }

  /** Written with the next group, without waiting for the disk: it matters only where the process ends. */
  begin(begun: Begun): void {
    const line = encodeLine({ kind: 'begun', begun });
    this.#begun.set(begun.rowId, line);
    // A failure has been told by then.
    this.#append(line, undefined).catch(() => undefined);
  }

  /** The row is on the disk when this resolves. */
  async settle(rowId: string, row: LedgerRow): Promise<void> {
    this.#begun.delete(rowId);
    await this.#append(encodeLine({ kind: 'row', rowId, row }), rowId);
  }

  /** The rows are in the database. */
  recorded(rowIds: Iterable<string>): void {
    const segments = this.#segments();
    for (const id of rowIds) segments.some((segment) => segment.unrecorded.delete(id));
  }

  /**
   * Removes the files that nothing is left to do for: oldest first and without a gap, for a call may begin in one and end
   * in the next.
   * @param sync Resolves when what the database has would survive a loss of power.
   */
  async clear(sync: () => Promise<void>): Promise<void> {
    const needed = this.#closed.findIndex(({ unrecorded }) => unrecorded.size > 0);
    const done = needed === -1 ? [...this.#closed] : this.#closed.slice(0, needed);
    if (done.length === 0) return;
    await sync();
    for (const segment of done) {
      await removeFile(segment.path);
      this.#closed.splice(this.#closed.indexOf(segment), 1);
    }
  }

  /** Says to others that this process lives; begins a new file where one has taken it for dead and removed this one. */
  beat(now: number): Promise<void> {
    return this.#alone(async () => {
      if (this.#ended || (await this.#current?.touch(now / 1000))) return;
      // What is written to a file that is gone is lost with the process.
      await this.#abandon();
      await this.#rotate();
    });
  }

  /** Waits for what is being written. Files stay when there is something in them that the database has not got. */
  async close(sync: () => Promise<void>): Promise<void> {
    await this.#alone(async () => {
      this.#ended = true;
      await this.#abandon();
    });
    if (this.#begun.size === 0) await this.clear(sync);
  }

  /** Calls that have begun and are not settled. */
  get open(): number {
    return this.#begun.size;
  }

  #segments(): Segment[] {
    return this.#current === undefined ? this.#closed : [...this.#closed, this.#current];
  }

  #append(line: string, row: string | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ line, row, resolve, reject });
      if (this.#queue.length === 1) void this.#alone(() => this.#writeGroup());
    });
  }

  async #writeGroup(): Promise<void> {
    const group = this.#queue;
    this.#queue = [];
    const rows = group.flatMap(({ row }) => row ?? []);
    try {
      if (this.#current === undefined || this.#current.bytes >= SEGMENT_BYTES) await this.#rotate();
      const segment = this.#current;
      if (segment === undefined) throw new Error('the journal is closed');
      await segment.write(group.map(({ line }) => line).join(''), rows.length > 0);
      for (const row of rows) segment.unrecorded.add(row);
      for (const { resolve } of group) resolve();
    } catch (error) {
      for (const { reject } of group) reject(error);
      this.#options.onFailure(error);
      await this.#abandon();
    }
  }

  async #rotate(): Promise<void> {
    if (this.#ended) throw new Error('the journal is closed');
    const { folder, name, identity } = this.#options;
    const path = join(folder, segmentName(name, ++this.#number));
    const head = encodeLine({ kind: 'process', version: 1, identity });
    const next = await Segment.create(path, head + [...this.#begun.values()].join(''));
    await this.#abandon();
    this.#current = next;
  }

  /** The rows in it that were written well still count. */
  async #abandon(): Promise<void> {
    const segment = this.#current;
    if (segment === undefined) return;
    this.#current = undefined;
    this.#closed.push(segment);
    await segment.close().catch(this.#options.onFailure);
  }

  /** One after the other: groups of lines, new files. */
  #alone<T>(action: () => Promise<T>): Promise<T> {
    const result = this.#last.then(action);
    this.#last = result.catch(() => undefined);
    return result;
  }
}

/** It may have been removed by one who took this process for dead. */
async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}

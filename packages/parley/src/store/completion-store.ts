import type { DatabaseSync, StatementSync } from 'node:sqlite';
import {
  type Message,
  type Metadata,
  type StoredChatCompletion,
  type StoredQuery,
  unknownCursor,
} from '@parley/protocol';
import { type CompletionPage, type CompletionStore, completionIdTaken } from '../core/completion-store.ts';
import { guarded, tooLarge } from './failure.ts';
import { Room, type StoreLimits } from './room.ts';
import { integer, type Row, text } from './row.ts';
import { pageSql, prepareStatements, type Statements } from './statements.ts';

export interface CompletionStoreOptions {
  readonly limits: StoreLimits;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Told when old completions could not be removed; it is tried again. */
  readonly onFailure: (error: unknown) => void;
}

const SWEEP_EVERY_MS = 60_000;
/** A page ends with the completion that exceeds it, so that no answer grows without bounds. */
const PAGE_LENGTH = 8 * 1024 * 1024;

const BEFORE_ALL = { created: Number.MIN_SAFE_INTEGER, sequence: 0 };
const BEHIND_ALL = { created: Number.MAX_SAFE_INTEGER, sequence: Number.MAX_SAFE_INTEGER };

/**
 * Stored completions in SQLite. The calls are synchronous below: keeping a conversation of some kilobytes takes 0.1 ms
 * in memory and 0.2 ms in a file, and about every fiftieth in a file some milliseconds, for the log is moved into it.
 */
export class SqliteCompletionStore implements CompletionStore {
  readonly #db: DatabaseSync;
  readonly #sql: Statements;
  readonly #room: Room;
  readonly #options: CompletionStoreOptions;
  readonly #pages = new Map<string, StatementSync>();
  readonly #sweeper: NodeJS.Timeout;

  /** The database is of the newest format, and the store's from here on. */
  constructor(db: DatabaseSync, options: CompletionStoreOptions) {
    this.#db = db;
    this.#options = options;
    this.#sql = prepareStatements(db);
    this.#room = new Room(this.#sql, options.limits, options.now);
    // The limits may be narrower than they were.
    this.#atomically(() => this.#room.make('', 0, 0));
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_EVERY_MS).unref();
  }

  async add(owner: string, completion: StoredChatCompletion, messages: readonly Message[]): Promise<void> {
    const { metadata, ...answer } = completion;
    const { id, created, model } = answer;
    const texts = {
      metadata: JSON.stringify(metadata),
      body: JSON.stringify(answer),
      messages: JSON.stringify(messages),
    };
    const bytes = Object.values(texts).reduce((sum, each) => sum + Buffer.byteLength(each), 0);
    const { limits, now } = this.#options;
    if (bytes > limits.bytes) throw tooLarge(bytes, limits.bytes);
    this.#change('The completion could not be stored.', () => {
      if (this.#sql.find.get({ owner, id, cutoff: this.#room.cutoff })) throw completionIdTaken(id);
      // One of that id whose time is over, but that no sweep has met yet.
      this.#room.removeOne(owner, id);
      this.#room.make(owner, 1, bytes);
      const row = { owner, id, created, model, stored: now(), bytes, ...texts };
      const { lastInsertRowid } = this.#sql.insert.run(row);
      this.#pair(Number(lastInsertRowid), metadata);
    });
  }

  async get(owner: string, id: string): Promise<StoredChatCompletion | undefined> {
    return guarded('The completion could not be read.', () => this.#get(owner, id));
  }

  async messages(owner: string, id: string): Promise<readonly Message[] | undefined> {
    return guarded('The messages could not be read.', () => {
      const row = this.#sql.messages.get({ owner, id, cutoff: this.#room.cutoff });
      // Only `add` writes this column.
      return row && (JSON.parse(text(row, 'messages')) as Message[]);
    });
  }

  async list(owner: string, query: StoredQuery): Promise<CompletionPage> {
    return guarded('The completions could not be read.', () => {
      const { limit } = query;
      const pairs = Object.entries(query.metadata);
      const statement = this.#page(query, pairs.length);
      const rows = statement.iterate({
        owner,
        cutoff: this.#room.cutoff,
        ...this.#begin(owner, query),
        limit: limit + 1,
        ...(query.model !== undefined && { model: query.model }),
        ...Object.fromEntries(
          pairs.flatMap(([key, value], i) => [
            [`key${i}`, key],
            [`value${i}`, value],
          ]),
        ),
      });
      const completions: StoredChatCompletion[] = [];
      let length = 0;
      for (const row of rows) {
        if (completions.length === limit || length > PAGE_LENGTH) return { completions, more: true };
        completions.push(completionOf(row));
        length += text(row, 'body').length;
      }
      return { completions, more: false };
    });
  }

  async update(owner: string, id: string, metadata: Metadata): Promise<StoredChatCompletion | undefined> {
    return this.#change('The metadata could not be stored.', () => {
      const row = this.#sql.find.get({ owner, id, cutoff: this.#room.cutoff });
      if (!row) return undefined;
      const sequence = integer(row, 'sequence');
      // What it grows by, some kilobytes at most, the next completion makes room for.
      this.#sql.setMetadata.run({ sequence, metadata: JSON.stringify(metadata) });
      this.#sql.dropPairs.run({ sequence });
      this.#pair(sequence, metadata);
      return this.#get(owner, id);
    });
  }

  async remove(owner: string, id: string): Promise<boolean> {
    return this.#change('The completion could not be removed.', () => {
      const found = this.#sql.find.get({ owner, id, cutoff: this.#room.cutoff }) !== undefined;
      this.#room.removeOne(owner, id);
      return found;
    });
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    if (this.#db.isOpen) this.#db.close();
  }

  #get(owner: string, id: string): StoredChatCompletion | undefined {
    const row = this.#sql.get.get({ owner, id, cutoff: this.#room.cutoff });
    return row && completionOf(row);
  }

  #pair(sequence: number, metadata: Metadata): void {
    for (const [key, value] of Object.entries(metadata)) this.#sql.pair.run({ sequence, key, value });
  }

  #begin(owner: string, { after, order }: StoredQuery): typeof BEFORE_ALL {
    if (after === undefined) return order === 'asc' ? BEFORE_ALL : BEHIND_ALL;
    const row = this.#sql.place.get({ owner, id: after });
    if (!row) throw unknownCursor(after);
    return { created: integer(row, 'created'), sequence: integer(row, 'sequence') };
  }

  /** Prepared once for each form of the question, of which there are few. */
  #page({ order, model }: StoredQuery, pairs: number): StatementSync {
    const sql = pageSql(order, model !== undefined, pairs);
    const statement = this.#pages.get(sql) ?? this.#db.prepare(sql);
    this.#pages.set(sql, statement);
    return statement;
  }

  #sweep(): void {
    try {
      this.#change('Old completions could not be removed.', () => this.#room.sweep());
    } catch (error) {
      this.#options.onFailure(error);
    }
  }

  #change<T>(what: string, action: () => T): T {
    return guarded(what, () => this.#atomically(action));
  }

  #atomically<T>(action: () => T): T {
    this.#sql.begin.run();
    try {
      const result = action();
      this.#sql.commit.run();
      return result;
    } catch (error) {
      // Some failures, as a full disk, have rolled back already.
      if (this.#db.isTransaction) this.#sql.rollback.run();
      throw error;
    }
  }
}

function completionOf(row: Row): StoredChatCompletion {
  // Only `add` and `update` write these columns.
  const answer = JSON.parse(text(row, 'body')) as Omit<StoredChatCompletion, 'metadata'>;
  const metadata = JSON.parse(text(row, 'metadata')) as Metadata;
  return { ...answer, metadata };
}

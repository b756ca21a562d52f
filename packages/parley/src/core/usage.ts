import type { LedgerRow, Nanodollars } from './ledger.ts';

export type UsageDimension = 'key' | 'user' | 'team' | 'model' | 'target';

/** An empty text asks for calls without one. */
export interface UsageFilter {
  readonly keyId?: string | undefined;
  readonly userId?: string | undefined;
  readonly teamId?: string | undefined;
  readonly model?: string | undefined;
  readonly target?: string | undefined;
}

/** Sums of calls by when they started. Times are UTC: a day begins at midnight there. */
export interface UsageQuery extends UsageFilter {
  /** Unix time in milliseconds, a whole hour; the first that counts. */
  readonly from: number;
  /** A whole hour too; the first that does not count. */
  readonly to: number;
  readonly groupBy: readonly UsageDimension[];
  /** Undefined: one sum for the whole time. */
  readonly interval: 'hour' | 'day' | undefined;
}

export interface UsageSum {
  /** When the interval begins, Unix time in milliseconds; undefined where none was asked for. */
  readonly startsAt: number | undefined;
  /** Those that were grouped by; an empty text stands for calls without one. */
  readonly group: Readonly<Partial<Record<UsageDimension, string>>>;
  readonly calls: number;
  readonly answered: number;
  readonly cancelled: number;
  readonly failed: number;
  /** Calls whose tokens were counted here, because the upstream said nothing. */
  readonly estimated: number;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly completionTokens: number;
  readonly reasoningTokens: number;
  readonly cost: Nanodollars;
}

export interface RowQuery extends UsageFilter {
  /** Unix time in milliseconds, of the start of the call; the first that counts. */
  readonly from?: number | undefined;
  /** The first that does not count. */
  readonly to?: number | undefined;
  /** Id of the call. */
  readonly id?: string | undefined;
  /** `next` of the page before. */
  readonly after?: string | undefined;
  readonly limit: number;
}

export interface RowPage {
  /** Newest first. */
  readonly rows: readonly LedgerRow[];
  /** Where the next page begins; undefined at the end. */
  readonly next: string | undefined;
}

/** What was recorded. Rows appear here some milliseconds after their call was settled. */
export interface UsageReader {
  /** Sorted by time, then by group. Rejects with ApiError 400 where times are not whole hours or the answer is too large. */
  usage(query: UsageQuery): Promise<readonly UsageSum[]>;
  /** Rejects with ApiError 400 for a cursor that is none of ours. */
  rows(query: RowQuery): Promise<RowPage>;
}

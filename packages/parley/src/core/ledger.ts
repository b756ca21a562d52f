import type { Timing, Usage } from './event.ts';

/** US dollars, as a whole number of nanodollars: sums are exact. */
export type Nanodollars = bigint;

/** What a call is charged to. */
export interface Charged {
  readonly keyId: string;
  readonly userId: string | undefined;
  readonly teamId: string | undefined;
}

/** One finished call. */
export interface LedgerRow extends Charged {
  /** Id of the call, as its caller knows it. Callers may choose it, so two rows can share one. */
  readonly id: string;
  /** Unix time in milliseconds. */
  readonly startedAt: number;
  readonly finishedAt: number;
  /** Model of our API, and the target that answered; undefined where none did. */
  readonly model: string;
  readonly target: string | undefined;
  readonly usage: Usage;
  /** Whether the upstream said nothing of its usage and it was counted here. */
  readonly estimated: boolean;
  readonly cost: Nanodollars;
  readonly timing: Timing | undefined;
  readonly outcome: 'answered' | 'cancelled' | 'failed';
  readonly status: number;
  readonly errorCode: string | undefined;
  /** Names of the targets that were tried, in order, with what came of each. */
  readonly attempts: readonly { readonly target: string; readonly outcome: string }[];
  readonly streamed: boolean;
}

/** Limits of one key, user or team; undefined for none. Money in nanodollars. */
export interface Limits {
  readonly requestsPerMinute: number | undefined;
  readonly tokensPerMinute: number | undefined;
  readonly concurrent: number | undefined;
  readonly budgetPerDay: Nanodollars | undefined;
  readonly budgetPerMonth: Nanodollars | undefined;
  readonly budgetTotal: Nanodollars | undefined;
}

/** What a call may use at most: taken before it runs, so that limits hold exactly. */
export interface Demand {
  readonly callId: string;
  readonly charged: Charged;
  /** Model of our API: what the row of a call names whose process died before it settled. */
  readonly model: string;
  readonly tokens: number;
  readonly cost: Nanodollars;
}

/** A demand that was granted. It must be settled exactly once, however the call ends. */
export interface Reservation {
  readonly callId: string;
  /** Writes the row and gives back what was reserved and not used. Durable when it resolves. */
  settle(row: LedgerRow): Promise<void>;
}

/** Keys, limits and rows. Implementations: SQLite, and PostgreSQL with Valkey. */
export interface Ledger {
  /** Throws an ApiError 429 (`rate_limit_exceeded`, with retry-after) or 402 (`budget_exceeded`) that names the limit. */
  reserve(demand: Demand): Promise<Reservation>;
  close(): Promise<void>;
}

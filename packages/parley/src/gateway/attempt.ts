import type { ApiError } from '@parley/protocol/errors';
import type { CallContext, ChatRequest } from '../core/complete.ts';
import type { ChatEvent, Usage } from '../core/event.ts';
import type { Target } from './target.ts';

/** Why a call of an upstream failed: what the policies decide by. */
export type FailureKind =
  /** No connection, or it was lost before the first event. */
  | 'connection'
  /** One of the time limits. */
  | 'timeout'
  | 'rate-limited'
  /** 5xx, and answers that make no sense. */
  | 'upstream'
  /** The stream ended, broke or went silent after its first event. */
  | 'interrupted'
  /** Our key, our account: another target may have a better one. */
  | 'credentials'
  | 'context-length'
  | 'content-policy'
  /** Any other 4xx: the request is at fault and would be anywhere. */
  | 'request'
  | 'cancelled';

/** An upstream's failure. `error` is what the caller is told: it names no key and no address of ours. */
export class UpstreamFailure extends Error {
  readonly kind: FailureKind;
  readonly error: ApiError;
  /** From `retry-after` or `retry-after-ms`, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(
    kind: FailureKind,
    error: ApiError,
    options: { readonly retryAfterMs?: number | undefined; readonly cause?: unknown } = {},
  ) {
    super(error.message, { cause: options.cause });
    this.name = 'UpstreamFailure';
    this.kind = kind;
    this.error = error;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** One call of one target: what the ledger, the metrics and the breaker hear of it. Plain data. */
export interface AttemptRecord {
  readonly target: string;
  readonly upstream: string;
  readonly model: string;
  /** Unix time in milliseconds. */
  readonly startedAt: number;
  readonly milliseconds: number;
  readonly firstTokenMilliseconds: number | undefined;
  readonly outcome: 'answered' | FailureKind;
  readonly status: number | undefined;
  /** What the upstream said it used; undefined where it said nothing. */
  readonly usage: Usage | undefined;
  readonly upstreamRequestId: string | undefined;
  /** Events of its stream that could not be read and were skipped. */
  readonly malformedEvents: number;
}

export interface AttemptContext extends CallContext {
  /** Told once for each attempt, when it is over, however it ends. */
  readonly onAttempt: (record: AttemptRecord) => void;
  /** Headers of a trace to hand on: `traceparent` and `tracestate`. */
  readonly trace?: Readonly<Record<string, string>>;
}

/** Asks one target once. Throws UpstreamFailure, also in the middle of the events. Aborts its call when the signal says so. */
export type CallTarget = (
  target: Target,
  request: ChatRequest,
  context: AttemptContext,
) => AsyncIterable<ChatEvent>;

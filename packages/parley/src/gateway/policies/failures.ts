import { ApiError, overloaded } from '@parley/protocol/errors';
import { type FailureKind, UpstreamFailure } from '../attempt.ts';

/** A target that was not asked: its own limits, or its circuit, forbid it for now. */
export class TargetUnavailable extends Error {
  override readonly name = 'TargetUnavailable';
  readonly reason: 'at-limit' | 'circuit-open';
  readonly retryAfterMs: number;
  /** What opened the circuit. */
  readonly error: ApiError | undefined;

  constructor(reason: TargetUnavailable['reason'], retryAfterMs: number, error?: ApiError) {
    super(`target unavailable: ${reason}`);
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
    this.error = error;
  }
}

/** Where a call that failed before its first event may go instead. */
export type Elsewhere =
  | 'anywhere'
  /** Only where there is more room. */
  | 'larger-context'
  /** Only if the operator says so. */
  | 'if-allowed'
  | 'nowhere';

export function elsewhere(kind: FailureKind): Elsewhere {
  switch (kind) {
    case 'connection':
    case 'timeout':
    case 'rate-limited':
    case 'upstream':
    case 'interrupted':
    case 'credentials':
      return 'anywhere';
    case 'context-length':
      return 'larger-context';
    case 'content-policy':
      return 'if-allowed';
    case 'request':
    case 'cancelled':
      return 'nowhere';
  }
}

/** Whether the same target may be asked again. One that was silent would be silent again, at the cost of the same wait. */
export function isRetryable(kind: FailureKind): boolean {
  return kind === 'connection' || kind === 'rate-limited' || kind === 'upstream' || kind === 'interrupted';
}

/** How an attempt speaks of the target's health: undefined where it says nothing. */
export function healthOf(outcome: 'answered' | FailureKind): 'well' | 'failing' | 'locked-out' | undefined {
  switch (outcome) {
    case 'answered':
    case 'context-length':
    case 'content-policy':
    case 'request':
      return 'well';
    case 'connection':
    case 'timeout':
    case 'rate-limited':
    case 'upstream':
    case 'interrupted':
      return 'failing';
    case 'credentials':
      return 'locked-out';
    case 'cancelled':
      return undefined;
  }
}

/** What the caller of the gateway is told. Errors that are not ours stay what they are. */
export function callerError(error: unknown): unknown {
  if (error instanceof UpstreamFailure) return withRetryAfter(error.error, error.retryAfterMs);
  if (error instanceof TargetUnavailable) return unavailableError([error]);
  return error;
}

/** When no target could even be asked. */
export function unavailableError(refusals: readonly TargetUnavailable[]): ApiError {
  const waitMs = refusals.reduce((least, { retryAfterMs }) => Math.min(least, retryAfterMs), Infinity);
  const opened = refusals.find(({ error }) => error !== undefined)?.error;
  const isBusy = refusals.some(({ reason }) => reason === 'at-limit');
  if (opened !== undefined && !isBusy) return withRetryAfter(opened, waitMs);
  return overloaded(
    'All upstreams of this model are at their limits. Please try again later.',
    seconds(waitMs),
  );
}

function withRetryAfter(error: ApiError, milliseconds: number | undefined): ApiError {
  if (milliseconds === undefined || error.retryAfterSeconds !== undefined) return error;
  return new ApiError({ ...error.toOptions(), retryAfterSeconds: seconds(milliseconds), cause: error.cause });
}

/** `retry-after` knows whole seconds only. */
function seconds(milliseconds: number): number {
  return Number.isFinite(milliseconds) ? Math.max(1, Math.ceil(milliseconds / 1000)) : 1;
}

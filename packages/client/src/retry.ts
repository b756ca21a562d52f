import {
  ApiError,
  ConnectionError,
  type ParleyError,
  RateLimitError,
  ServerError,
  TimeoutError,
} from './errors.ts';

/** When to try again, in the form of Speakeasy's clients. Intervals are milliseconds. */
export interface RetryConfig {
  strategy: 'backoff' | 'none';
  backoff?: {
    /** Before the first retry. Default: 500. */
    initialInterval?: number;
    /** Longest one. Default: 60 000. */
    maxInterval?: number;
    /** Each is this many times the one before. Default: 1.5. */
    exponent?: number;
    /** No retry begins later than this after the call. Default: 3 600 000. */
    maxElapsedTime?: number;
  };
  /** Whether connections that failed are tried again too. Default: false. */
  retryConnectionErrors?: boolean;
}

/** A server that asks for a longer pause is not called again: earlier would be no use, later nobody waits. */
const MAX_RETRY_AFTER = 60_000;

/** What the server asks for before the next call, in milliseconds; `retry-after-ms` is finer, `retry-after` common. */
export function retryAfterMilliseconds(headers: Headers): number | undefined {
  const exact = headers.get('retry-after-ms');
  const common = headers.get('retry-after') ?? '';
  const seconds = Number(common || Number.NaN);
  const asked = exact ? Number(exact) : seconds >= 0 ? seconds * 1000 : Date.parse(common) - Date.now();
  return asked >= 0 ? asked : undefined;
}

/**
 * Milliseconds to wait before a failed call is tried again, or undefined if it is not. `retries` counts those so far;
 * `elapsed` is milliseconds since the call began.
 */
export function retryDelay(
  error: ParleyError,
  policy: number | RetryConfig,
  retries: number,
  elapsed: number,
  random: () => number = Math.random,
): number | undefined {
  const counted = typeof policy === 'number';
  if (counted ? retries >= policy : policy.strategy === 'none') return undefined;
  if (!isTransient(error, counted || policy.retryConnectionErrors === true)) return undefined;
  const {
    initialInterval = 500,
    maxInterval = counted ? 8000 : 60_000,
    exponent = counted ? 2 : 1.5,
    maxElapsedTime = counted ? Infinity : 3_600_000,
  } = (counted ? undefined : policy.backoff) ?? {};
  const asked = error instanceof ApiError ? retryAfterMilliseconds(error.headers) : undefined;
  // Up to a quarter less, so that callers who failed together do not come back together.
  const backoff = Math.min(initialInterval * exponent ** retries, maxInterval) * (1 - random() / 4);
  const delay = asked ?? backoff;
  return (asked ?? 0) > MAX_RETRY_AFTER || elapsed + delay > maxElapsedTime ? undefined : delay;
}

/** Whether the same request may succeed at another time. */
function isTransient(error: ParleyError, connections: boolean): boolean {
  if (error instanceof ApiError) {
    const told = error.headers.get('x-should-retry');
    if (told === 'true' || told === 'false') return told === 'true';
    return error instanceof RateLimitError || error instanceof ServerError;
  }
  const unreached =
    error instanceof TimeoutError ? error.limit !== 'total' : error instanceof ConnectionError;
  return connections && unreached;
}

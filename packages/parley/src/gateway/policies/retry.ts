import { UpstreamFailure } from '../attempt.ts';
import type { Clock } from '../clock.ts';
import type { RetryOptions, Target } from '../target.ts';
import { isRetryable } from './failures.ts';
import type { OpenTarget } from './opened.ts';
import { sleep } from './sleep.ts';

/** Of one target in one call, whatever the options say. */
export const MOST_ATTEMPTS = 6;

/** Repetitions that one call has left, over all its targets together. */
export interface RetryBudget {
  left: number;
}

export interface RetryWorld {
  readonly budget: RetryBudget;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** When the call must be over, by the clock. */
  readonly deadline: number;
  /** Until the target's circuit lets a call through; 0: it does now. */
  readonly circuitWaitMs: (target: Target) => number;
}

/**
 * Asks the same target again after failures that may pass. All of this is before the first content: nothing that the
 * caller has seen is repeated.
 */
export function retry(options: RetryOptions, world: RetryWorld): (next: OpenTarget) => OpenTarget {
  const { budget, clock, deadline } = world;
  const most = Math.min(options.attempts, MOST_ATTEMPTS);
  return (next) => async (target, request, context) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await next(target, request, context);
      } catch (error) {
        const waitMs = waitBefore(error, attempt, options, world.random);
        if (attempt >= most || budget.left <= 0 || waitMs === undefined) throw error;
        // Nothing is waited for that will not be.
        if (clock.now() + waitMs >= deadline || world.circuitWaitMs(target) > waitMs) throw error;
        budget.left--;
        await sleep(clock, waitMs, context.signal);
      }
    }
  };
}

/** Milliseconds; undefined where the target is not to be asked again. */
function waitBefore(
  error: unknown,
  attempt: number,
  options: RetryOptions,
  random: () => number,
): number | undefined {
  if (!(error instanceof UpstreamFailure) || !isRetryable(error.kind)) return undefined;
  const { firstDelayMs, maximumDelayMs, maximumRetryAfterMs } = options;
  const backoffMs = Math.min(maximumDelayMs, firstDelayMs * 2 ** (attempt - 1));
  // Half of it by chance, so that calls that failed together do not come back together; the other half is no tight loop.
  const jitteredMs = backoffMs / 2 + (random() * backoffMs) / 2;
  if (error.retryAfterMs === undefined) return jitteredMs;
  if (error.retryAfterMs > maximumRetryAfterMs) return undefined;
  return Math.max(jitteredMs, error.retryAfterMs * (1 + random() / 10));
}

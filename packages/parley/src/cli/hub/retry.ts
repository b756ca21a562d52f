import { failure } from '../failure.ts';
import type { HubConnection, Retryable } from './request.ts';

const ATTEMPTS = 6;
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 60_000;

/**
 * Tries again until it works, with growing pauses or the pause that the server asks for.
 * `progress` tells how far the work is: an attempt that got further does not count against the limit.
 */
export async function withRetry<T extends object>(
  hub: HubConnection,
  signal: AbortSignal,
  attempt: () => Promise<T | Retryable>,
  progress: () => number = () => 0,
): Promise<T> {
  let failures = 0;
  for (;;) {
    const before = progress();
    const result = await attempt();
    if (!('retryable' in result)) return result;
    failures = progress() > before ? 1 : failures + 1;
    if (failures >= ATTEMPTS) throw failure(`${result.reason}; gave up after ${ATTEMPTS} attempts.`);
    const wanted =
      result.afterSeconds === undefined ? FIRST_DELAY_MS * 2 ** (failures - 1) : result.afterSeconds * 1000;
    const delay = Math.min(wanted, LONGEST_DELAY_MS);
    hub.onRetry(result.reason, delay);
    await hub.sleep(delay, signal);
  }
}

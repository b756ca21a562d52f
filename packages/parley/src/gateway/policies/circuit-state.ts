import type { ApiErrorOptions } from '@parley/protocol/errors';
import type { CircuitOptions } from '../target.ts';

/** Of one target. Plain data: it may be kept where several processes see it. Times are Unix milliseconds. */
export interface CircuitState {
  /** In a row. */
  readonly failures: number;
  /** Open until then, and from then on half open; undefined: closed. */
  readonly openUntil: number | undefined;
  /** The probe that is under way is taken for lost after that time. */
  readonly probeUntil: number | undefined;
  /** The failure that opened it. */
  readonly error: ApiErrorOptions | undefined;
}

export const CLOSED: CircuitState = {
  failures: 0,
  openUntil: undefined,
  probeUntil: undefined,
  error: undefined,
};

/** Whether a call may go through now: as any call, as the probe, or not before some milliseconds have passed. */
export function admission(state: CircuitState, now: number): 'closed' | 'probe' | { retryAfterMs: number } {
  if (state.openUntil === undefined) return 'closed';
  const until = Math.max(state.openUntil, state.probeUntil ?? 0);
  return until > now ? { retryAfterMs: until - now } : 'probe';
}

export function withProbe(state: CircuitState, now: number, options: CircuitOptions): CircuitState {
  return { ...state, probeUntil: now + options.probeAfterMs };
}

/** A probe that has heard something: others may come, but one failure opens it again. */
export function halfWell(state: CircuitState, options: CircuitOptions): CircuitState {
  if (state.openUntil === undefined) return state;
  return { ...CLOSED, failures: Math.max(0, options.failures - 1) };
}

/** A probe that told nothing, because nobody waited for it. */
export function withoutProbe(state: CircuitState): CircuitState {
  return state.openUntil === undefined ? state : { ...state, probeUntil: undefined };
}

export interface Failed {
  /** Whether it opens the circuit, however few there were. */
  readonly atOnce: boolean;
  /** What the upstream asked for. */
  readonly retryAfterMs: number | undefined;
  readonly error: ApiErrorOptions | undefined;
  /** Whether it was the probe. */
  readonly probe: boolean;
}

/** An upstream that asks for a longer wait than this is probed nevertheless. */
const LONGEST_WAIT_MS = 60_000;

export function withFailure(
  state: CircuitState,
  now: number,
  options: CircuitOptions,
  failed: Failed,
): CircuitState {
  const failures = state.failures + 1;
  const opens = failed.atOnce || failed.probe || failures >= options.failures;
  // Calls that were under way when it opened must not keep it open when they fail later.
  if (!opens || (state.openUntil !== undefined && !failed.probe)) return { ...state, failures };
  const waitMs = Math.max(options.probeAfterMs, Math.min(failed.retryAfterMs ?? 0, LONGEST_WAIT_MS));
  return { failures, openUntil: now + waitMs, probeUntil: undefined, error: failed.error };
}

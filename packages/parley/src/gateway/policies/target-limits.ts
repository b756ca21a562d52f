import type { ChatRequest } from '../../core/complete.ts';
import type { Clock } from '../clock.ts';
import { estimateTokens } from '../estimate.ts';
import type { Target, TargetLimits } from '../target.ts';
import { TargetUnavailable } from './failures.ts';
import type { AttemptEnd, Gate, Pass } from './guard.ts';
import { MinuteWindow } from './minute-window.ts';

/** A call in flight may end at any time. */
const BUSY_WAIT_MS = 1_000;

/** What was asked of each target in the last minute, and what is under way. */
export class TargetLoads {
  readonly #clock: Clock;
  readonly #usages = new Map<string, TargetUsage>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  inFlight(target: Target): number {
    return this.#usages.get(target.id)?.inFlight ?? 0;
  }

  /** Milliseconds until a call of so many tokens has a chance; 0: now. */
  waitMs(target: Target, tokens: number): number {
    return this.#usages.get(target.id)?.waitMs(target.limits, tokens, this.#clock.now()) ?? 0;
  }

  /** Throws TargetUnavailable. */
  enter(target: Target, tokens: number): Pass {
    const usage = this.#of(target.id);
    const now = this.#clock.now();
    const waitMs = usage.waitMs(target.limits, tokens, now);
    if (waitMs > 0) throw new TargetUnavailable('at-limit', waitMs);
    return usage.begin(tokens, this.#clock);
  }

  /** Forgets targets that are configured no more. */
  retain(ids: ReadonlySet<string>): void {
    for (const [id, { inFlight }] of this.#usages) {
      if (!ids.has(id) && inFlight === 0) this.#usages.delete(id);
    }
  }

  #of(id: string): TargetUsage {
    const known = this.#usages.get(id);
    if (known !== undefined) return known;
    const fresh = new TargetUsage();
    this.#usages.set(id, fresh);
    return fresh;
  }
}

/** A target at one of its limits is skipped: what it would refuse is not sent. */
export function limitsGate(loads: TargetLoads): Gate {
  return {
    enter(target: Target, request: ChatRequest) {
      return loads.enter(target, hasTokenLimit(target.limits) ? estimateTokens(request).total : 0);
    },
  };
}

export function hasTokenLimit({ tokensPerMinute }: TargetLimits): boolean {
  return Number.isFinite(tokensPerMinute);
}

class TargetUsage {
  inFlight = 0;
  readonly #requests = new MinuteWindow();
  readonly #tokens = new MinuteWindow();

  waitMs(limits: TargetLimits, tokens: number, now: number): number {
    if (this.inFlight >= limits.concurrent) return BUSY_WAIT_MS;
    const requestsMs = this.#requests.waitMs(1, limits.requestsPerMinute, now);
    return Math.max(requestsMs, this.#tokens.waitMs(tokens, limits.tokensPerMinute, now));
  }

  begin(tokens: number, clock: Clock): Pass {
    this.inFlight++;
    const now = clock.now();
    this.#requests.take(1, now);
    const second = this.#tokens.take(tokens, now);
    let hasAnswered = false;
    return {
      content: () => {
        hasAnswered = true;
      },
      over: ({ usage, failure }: AttemptEnd) => {
        this.inFlight--;
        const used = usage
          ? usage.promptTokens + usage.completionTokens
          : failure && !hasAnswered
            ? 0
            : tokens;
        this.#tokens.correct(second, used - tokens, clock.now());
      },
    };
  }
}

import type { ChatRequest } from '../../core/complete.ts';
import type { Clock } from '../clock.ts';
import type { Gate } from '../policies/guard.ts';
import type { Target } from '../target.ts';
import type { Balancer, BalancerWorld } from './balancer.ts';

/** After this time a measurement weighs half of what a new one does. */
const HALF_LIFE_MS = 60_000;
/** Weight of the newest measurement among many of the same moment. */
const NEWEST = 0.2;
/** Share of the calls that look how the others are now: without them a target that was slow once stays so for ever. */
const EXPLORATION = 0.05;

interface Mean {
  milliseconds: number;
  at: number;
}

/** Time to the first token of each target: a mean in which old measurements fade. */
export class FirstTokenTimes {
  readonly #clock: Clock;
  readonly #means = new Map<string, Mean>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds; undefined where nothing was measured. */
  mean({ id }: Target): number | undefined {
    return this.#means.get(id)?.milliseconds;
  }

  add({ id }: Target, milliseconds: number): void {
    const now = this.#clock.now();
    const mean = this.#means.get(id);
    if (mean === undefined) {
      this.#means.set(id, { milliseconds, at: now });
      return;
    }
    const kept = (1 - NEWEST) * 2 ** (-(now - mean.at) / HALF_LIFE_MS);
    mean.milliseconds = kept * mean.milliseconds + (1 - kept) * milliseconds;
    mean.at = now;
  }

  /** Forgets targets that are configured no more. */
  retain(ids: ReadonlySet<string>): void {
    for (const id of this.#means.keys()) if (!ids.has(id)) this.#means.delete(id);
  }

  /**
   * Measures each attempt. One that was waited for in vain, to a limit of time or until another was quicker, counts as that
   * wait; other failures say nothing.
   */
  gate(): Gate {
    return {
      enter: (target: Target, _request: ChatRequest) => {
        const begunAt = this.#clock.now();
        let isMeasured = false;
        return {
          content: () => {
            isMeasured = true;
            this.add(target, this.#clock.now() - begunAt);
          },
          over: ({ outcome }) => {
            const waitedMs = this.#clock.now() - begunAt;
            const isSlow =
              outcome === 'timeout' ||
              (outcome === 'cancelled' && waitedMs > (this.mean(target) ?? Infinity));
            if (!isMeasured && isSlow) this.add(target, waitedMs);
          },
        };
      },
    };
  }
}

/** The quickest first; those that were never measured before all, and now and then any. */
export function lowestLatency({
  random,
  firstTokenTimes,
}: Pick<BalancerWorld, 'random' | 'firstTokenTimes'>): Balancer {
  const mean = (target: Target) => firstTokenTimes.mean(target) ?? -1;
  return (targets) => {
    const quickest = targets.toSorted((a, b) => mean(a) - mean(b));
    if (targets.length < 2 || random() >= EXPLORATION) return quickest;
    const explored = quickest[Math.floor(random() * quickest.length)];
    return explored === undefined ? quickest : [explored, ...quickest.filter((each) => each !== explored)];
  };
}

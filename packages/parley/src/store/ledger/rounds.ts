import type { Finish, Take, Verdict } from '../counters/counters.ts';

export type Decide = (finishes: readonly Finish[], takes: readonly Take[]) => Promise<readonly Verdict[]>;

interface WaitingTake {
  readonly take: Take;
  readonly resolve: (verdict: Verdict) => void;
  readonly reject: (error: unknown) => void;
}

/** A database needs some microseconds for each: more would make those wait who come next. */
const ROUND_TAKES = 256;
const ROUND_FINISHES = 512;

/**
 * Gathers what arrives while a round is decided into the next one: the busier, the more share a round, and nobody waits for
 * others to come. Whoever has finished is counted before anybody who asks later.
 */
export class Rounds {
  readonly #decide: Decide;
  #takes: WaitingTake[] = [];
  #finishes: Finish[] = [];
  #working: Promise<void> | undefined;

  constructor(decide: Decide) {
    this.#decide = decide;
  }

  take(take: Take): Promise<Verdict> {
    return new Promise((resolve, reject) => {
      this.#takes.push({ take, resolve, reject });
      this.#work();
    });
  }

  finish(finish: Finish): void {
    this.#finishes.push(finish);
    this.#work();
  }

  /** Resolves when nobody waits. */
  async idle(): Promise<void> {
    while (this.#working !== undefined) await this.#working;
  }

  /** Runs between two rounds; who comes meanwhile waits. */
  async paused<T>(action: () => Promise<T>): Promise<T> {
    // Here and not in `idle`: between its end and what awaits it others could begin.
    while (this.#working !== undefined) await this.#working;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#working = promise;
    try {
      return await action();
    } finally {
      this.#working = undefined;
      resolve();
      this.#work();
    }
  }

  #work(): void {
    if (this.#working !== undefined || this.#takes.length + this.#finishes.length === 0) return;
    // After all that arrived together.
    this.#working = Promise.resolve().then(() => this.#rounds());
  }

  async #rounds(): Promise<void> {
    while (this.#takes.length + this.#finishes.length > 0) {
      const finishes = this.#finishes.splice(0, ROUND_FINISHES);
      // Those who finished go first, all of them.
      const takes = this.#finishes.length > 0 ? [] : this.#takes.splice(0, ROUND_TAKES);
      try {
        const verdicts = await this.#decide(
          finishes,
          takes.map(({ take }) => take),
        );
        for (const [index, { resolve, reject }] of takes.entries()) {
          const verdict = verdicts[index];
          if (verdict === undefined) reject(new Error('a call got no verdict'));
          else resolve(verdict);
        }
      } catch (error) {
        for (const { reject } of takes) reject(error);
      }
    }
    this.#working = undefined;
  }
}

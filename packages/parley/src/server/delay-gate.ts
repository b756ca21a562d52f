import { setTimeout as sleep } from 'node:timers/promises';
import { overloaded } from '@parley/protocol';

export type Sleep = (milliseconds: number, signal: AbortSignal) => Promise<unknown>;

/** Ends early, with a rejection, when the signal says so; leaves no timer and no listener. */
export const realSleep: Sleep = (milliseconds, signal) => sleep(milliseconds, undefined, { signal });

/**
 * Where calls wait that asked to be worked on later. They hold their request but no place in a queue, so their number is
 * bounded here.
 */
export class DelayGate {
  readonly #limit: number;
  readonly #sleep: Sleep;
  #waiting = 0;

  constructor(limit: number, sleep: Sleep) {
    this.#limit = limit;
    this.#sleep = sleep;
  }

  /** Calls that wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /** The items of `source`, which is asked for after this time. Throws ApiError 429 when too many calls wait. */
  async *after<T>(seconds: number, signal: AbortSignal, source: () => AsyncIterable<T>): AsyncIterable<T> {
    if (seconds > 0) await this.#wait(seconds, signal);
    yield* source();
  }

  async #wait(seconds: number, signal: AbortSignal): Promise<void> {
    if (this.#waiting >= this.#limit) {
      throw overloaded(
        `Too many calls (${this.#limit}) wait for their x-delay-time. Please try again later.`,
        1,
      );
    }
    this.#waiting++;
    try {
      await this.#sleep(seconds * 1000, signal);
    } finally {
      this.#waiting--;
    }
  }
}

import type { Clock } from './clock.ts';

/**
 * Notices silence. Only waiting counts: what the reader of the answer takes its time for is not the upstream's fault.
 * One timer serves for all pieces of a stream; it is set anew when it fires too early.
 */
export class Watch {
  readonly #clock: Clock;
  readonly #onSilence: () => void;
  #limitMs = Number.POSITIVE_INFINITY;
  #since = 0;
  #waiting = false;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, onSilence: () => void) {
    this.#clock = clock;
    this.#onSilence = onSilence;
  }

  /** From now on so long may pass without a word. */
  expect(limitMs: number): void {
    const sooner = limitMs < this.#limitMs;
    this.#limitMs = limitMs;
    this.#since = this.#clock.now();
    this.#waiting = true;
    if (sooner) this.#stopTimer();
    if (this.#cancel === undefined) this.#arm(limitMs);
  }

  /** The next move is the reader's. */
  hold(): void {
    this.#waiting = false;
  }

  stop(): void {
    this.#waiting = false;
    this.#limitMs = Number.POSITIVE_INFINITY;
    this.#stopTimer();
  }

  #arm(milliseconds: number): void {
    if (milliseconds === Number.POSITIVE_INFINITY) return;
    this.#cancel = this.#clock.after(milliseconds, () => {
      this.#cancel = undefined;
      if (!this.#waiting) return;
      const left = this.#since + this.#limitMs - this.#clock.now();
      if (left > 0) this.#arm(left);
      else this.#onSilence();
    });
  }

  #stopTimer(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}

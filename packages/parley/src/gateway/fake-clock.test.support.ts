import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from './clock.ts';

/** A clock that moves when it is told to, and tells what waits for it. */
export class FakeClock implements Clock {
  #now = 1_000_000;
  readonly #timers = new Set<{ at: number; callback: () => void }>();

  now = () => this.#now;
  unix = () => 1_795_000_000_000 + this.#now;

  after = (milliseconds: number, callback: () => void) => {
    if (milliseconds === Number.POSITIVE_INFINITY) return () => undefined;
    const timer = { at: this.#now + milliseconds, callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  };

  get timers(): number {
    return this.#timers.size;
  }

  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    for (;;) {
      await idle();
      const next = this.#next();
      if (next === undefined || next.at > end) break;
      this.#fire(next);
    }
    this.#now = end;
    await idle();
  }

  /** Lets time pass until the promise settles. Throws where it never would. */
  async until<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const settle = () => {
      isSettled = true;
    };
    promise.then(settle, settle);
    for (;;) {
      await idle();
      if (isSettled) return promise;
      const next = this.#next();
      if (next === undefined) throw new Error('it waits for nothing');
      this.#fire(next);
    }
  }

  #next() {
    return [...this.#timers].sort((a, b) => a.at - b.at)[0];
  }

  #fire(timer: { at: number; callback: () => void }): void {
    this.#timers.delete(timer);
    this.#now = timer.at;
    timer.callback();
  }
}

/** Everything that can go on without time going on has gone on. */
async function idle(): Promise<void> {
  for (let i = 0; i < 5; i++) await turn();
}

const SECONDS = 60;

/**
 * How much was used in the last minute, to the second: a second counts until a whole minute has passed since its end, so
 * that no minute, wherever it begins, holds more than the limit. Takes the same room for any number of calls.
 */
export class MinuteWindow {
  /** Of second `s`, at `s % (SECONDS + 1)`. */
  readonly #used = new Float64Array(SECONDS + 1);
  #second = 0;
  #total = 0;

  /** Milliseconds until the amount fits; 0: it does now. An amount above the limit fits when nothing else is there. */
  waitMs(amount: number, limit: number, now: number): number {
    this.#moveTo(now);
    const wanted = Math.min(amount, limit);
    let total = this.#total;
    for (let age = SECONDS; total + wanted > limit && age >= 0; age--) {
      total -= this.#used[this.#index(this.#second - age)] ?? 0;
      if (total + wanted <= limit) return (this.#second - age + SECONDS + 1) * 1000 - now;
    }
    return 0;
  }

  /** Returns the second that it was booked to, for `correct`. */
  take(amount: number, now: number): number {
    this.#moveTo(now);
    this.#add(this.#second, amount);
    return this.#second;
  }

  /** When it is known how much it really was. What has left the window is forgotten. */
  correct(second: number, difference: number, now: number): void {
    this.#moveTo(now);
    if (this.#second - second <= SECONDS) this.#add(second, difference);
  }

  get used(): number {
    return this.#total;
  }

  #add(second: number, amount: number): void {
    const index = this.#index(second);
    this.#used[index] = (this.#used[index] ?? 0) + amount;
    this.#total += amount;
  }

  #moveTo(now: number): void {
    const second = Math.floor(now / 1000);
    const steps = Math.min(second - this.#second, SECONDS + 1);
    for (let step = 1; step <= steps; step++) {
      const index = this.#index(second - steps + step);
      this.#total -= this.#used[index] ?? 0;
      this.#used[index] = 0;
    }
    if (steps > 0) this.#second = second;
  }

  #index(second: number): number {
    return ((second % (SECONDS + 1)) + SECONDS + 1) % (SECONDS + 1);
  }
}

/** Time as the gateway sees it; tests bring their own. */
export interface Clock {
  /** Milliseconds, monotonic. */
  now(): number;
  /** Unix time in milliseconds. */
  unix(): number;
  /** Calls back once, when that time is over; the returned function calls it off. Infinity: never. */
  after(milliseconds: number, callback: () => void): () => void;
}

/** Longer delays overflow node's timers and would fire at once. */
const LONGEST_DELAY = 2 ** 31 - 1;

export const realClock: Clock = {
  now: () => performance.now(),
  unix: () => Date.now(),
  after(milliseconds, callback) {
    if (milliseconds > LONGEST_DELAY) return () => undefined;
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
};

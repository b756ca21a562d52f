import type { Form } from './form.ts';

export interface LongWorkOptions {
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  /** A step of the engine for all sequences whose form is not busy. */
  readonly step: () => void;
}

/** Work goes on for as long as the last step took before the next one comes in between, within these bounds. */
const LEAST_MS = 1;
const MOST_MS = 50;
/** Steps in whose midst further work may be interrupted. */
const MAX_DEPTH = 3;
/** Calls that a step needs room for, many times over. */
const ROOM_CALLS = 4000;

/**
 * Lets work that may take long, such as the compile of a large schema, be interrupted by steps of the engine: it cannot
 * be put aside, so the steps run on top of it. Work and steps take turns of about the same length.
 */
export class LongWork {
  readonly #options: LongWorkOptions;
  /** Whether work is under way, and not a step that interrupts it. */
  #working = false;
  #depth = 0;
  #steppedAt = 0;
  #turnMs = LEAST_MS;

  constructor(options: LongWorkOptions) {
    this.#options = options;
  }

  /** A step has just ended. */
  begin(): void {
    this.#steppedAt = this.#options.now();
  }

  /** Does work on a form that is not busy. */
  run<T>(form: Form, work: () => T): T {
    const outer = this.#working;
    this.#working = true;
    form.busy = true;
    try {
      return work();
    } finally {
      this.#working = outer;
      form.busy = false;
    }
  }

  /** To be called again and again by the work. */
  readonly tick = (): void => {
    if (!this.#working || this.#depth === MAX_DEPTH) return;
    const { now, step } = this.#options;
    const begun = now();
    if (begun - this.#steppedAt < this.#turnMs || !hasRoom(ROOM_CALLS)) return;
    this.#working = false;
    this.#depth++;
    try {
      step();
    } finally {
      this.#depth--;
      this.#working = true;
      this.#steppedAt = now();
      this.#turnMs = Math.min(MOST_MS, Math.max(LEAST_MS, this.#steppedAt - begun));
    }
  };
}

/** Whether the stack has room for so many calls: nested schemas are compiled by recursion. */
function hasRoom(calls: number): boolean {
  try {
    return descend(calls);
  } catch {
    return false;
  }
}

function descend(calls: number): boolean {
  return calls === 0 || descend(calls - 1);
}

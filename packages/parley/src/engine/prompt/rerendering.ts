import { ApiError } from '@parley/protocol/errors';
import type { CallerVariables } from './variables.ts';

export interface RerenderingOptions {
  readonly caller: CallerVariables;
  /** What the template made of them. */
  readonly rendered: string;
  /** A character that the caller does not use. */
  readonly probe: string;
  /** Throws an ApiError where the template fails. */
  readonly render: (caller: CallerVariables, timeoutMilliseconds: number) => string;
  /** Of all renderings together. */
  readonly remainingMilliseconds: () => number;
}

/** Renders a conversation again with something changed, to see whether the change can be seen in the prompt. */
export class Rerendering {
  readonly caller: CallerVariables;
  readonly rendered: string;
  readonly #options: RerenderingOptions;

  constructor(options: RerenderingOptions) {
    this.#options = options;
    this.caller = options.caller;
    this.rendered = options.rendered;
  }

  /** Undefined where the template fails on the change, and where no time is left. */
  render(change: Partial<CallerVariables>): string | undefined {
    const milliseconds = Math.floor(this.#options.remainingMilliseconds());
    if (milliseconds < 1) return undefined;
    try {
      return this.#options.render({ ...this.caller, ...change }, milliseconds);
    } catch (error) {
      if (error instanceof ApiError) return undefined;
      throw error;
    }
  }

  /** False also where it cannot be found out: only what surely has no effect is held against the caller. */
  unchangedBy(change: Partial<CallerVariables>): boolean {
    return this.render(change) === this.rendered;
  }

  /** A text that occurs nowhere else. */
  probe(index: number): string {
    const { probe } = this.#options;
    return `${probe}${index}${probe}`;
  }

  /** Which probes a text holds. */
  probesIn(text: string | undefined): ReadonlySet<number> {
    const { probe } = this.#options;
    const found = text?.matchAll(new RegExp(`${probe}(\\d+)${probe}`, 'gu')) ?? [];
    return new Set(Array.from(found, ([, index]) => Number(index)));
  }
}

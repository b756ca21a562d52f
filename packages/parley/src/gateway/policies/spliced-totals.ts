import type { ChatEvent, Timing, Usage } from '../../core/event.ts';
import type { Clock } from '../clock.ts';

/** What an answer that several calls gave has used, and how long it took. A call that broke off counts as far as its upstream told. */
export class SplicedTotals {
  readonly #clock: Clock;
  readonly #begunAt: number;
  #spent: Usage | undefined;
  #current: Usage | undefined;
  #isSpliced = false;
  #isTold = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#begunAt = clock.now();
  }

  /** Whether the final usage was told. */
  get isTold(): boolean {
    return this.#isTold;
  }

  /** The call of the events so far gave up. */
  brokeOff(): void {
    if (this.#current !== undefined) this.#spent = addUsage(this.#spent, this.#current);
    this.#current = undefined;
    this.#isSpliced = true;
  }

  settle(event: ChatEvent): ChatEvent {
    if (event.type === 'usage') {
      this.#current = event.usage;
      this.#isTold ||= event.final;
      return this.#spent === undefined ? event : { ...event, usage: addUsage(this.#spent, event.usage) };
    }
    if (event.type === 'timing' && this.#isSpliced) return { ...event, timing: this.#whole(event.timing) };
    return event;
  }

  /** From the first content of the first call on; before it the last call's queue and prompt stand for all. */
  #whole({ queueSeconds, promptSeconds }: Timing): Timing {
    const completionSeconds = (this.#clock.now() - this.#begunAt) / 1000;
    const totalSeconds = queueSeconds + promptSeconds + completionSeconds;
    return { queueSeconds, promptSeconds, completionSeconds, totalSeconds };
  }
}

export function addUsage(a: Usage | undefined, b: Usage): Usage {
  if (a === undefined) return b;
  const accepted = sum(a.acceptedPredictionTokens, b.acceptedPredictionTokens);
  const rejected = sum(a.rejectedPredictionTokens, b.rejectedPredictionTokens);
  return {
    promptTokens: a.promptTokens + b.promptTokens,
    cachedTokens: a.cachedTokens + b.cachedTokens,
    completionTokens: a.completionTokens + b.completionTokens,
    reasoningTokens: a.reasoningTokens + b.reasoningTokens,
    ...(accepted !== undefined && { acceptedPredictionTokens: accepted }),
    ...(rejected !== undefined && { rejectedPredictionTokens: rejected }),
  };
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : a + (b ?? 0);
}

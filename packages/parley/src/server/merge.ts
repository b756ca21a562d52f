import type { ChatEvent, Timing, Usage } from '../core/event.ts';

/** Runs one of the prompts of a request. */
export type PromptCall = () => AsyncIterable<ChatEvent>;

export interface MergeOptions {
  /** Id of the merged answer. */
  readonly id: string;
  /** Choices of each prompt: choice `c` of prompt `p` becomes `p * n + c`. */
  readonly n: number;
  /** Prompts that run at one time. */
  readonly concurrency: number;
}

/** Events that wait for the reader, before the calls are made to wait. */
const QUEUE_LENGTH = 256;

/**
 * Runs several calls as if they were one: one `start`, choices numbered through, usage summed, the times of the
 * slowest. The first failure is the failure of all; the caller ends the others by their signal.
 */
export async function* mergePrompts(
  calls: readonly PromptCall[],
  options: MergeOptions,
): AsyncIterable<ChatEvent> {
  const merger = new Merger(calls, options);
  yield* merger.events();
}

class Merger {
  readonly #calls: readonly PromptCall[];
  readonly #options: MergeOptions;
  readonly #queue: ChatEvent[] = [];
  readonly #usages = new Map<number, Usage>();
  readonly #timings: Timing[] = [];
  #started = false;
  #next = 0;
  #running = 0;
  #failure: { error: unknown } | undefined;
  #arrived = Promise.withResolvers<void>();
  #taken = Promise.withResolvers<void>();

  constructor(calls: readonly PromptCall[], options: MergeOptions) {
    this.#calls = calls;
    this.#options = options;
  }

  async *events(): AsyncIterable<ChatEvent> {
    for (let i = 0; i < this.#options.concurrency; i++) this.#startNext();
    while (this.#running > 0 || this.#queue.length > 0 || this.#failure) {
      for (const event of this.#queue.splice(0)) yield event;
      this.#taken.resolve();
      this.#taken = Promise.withResolvers();
      if (this.#failure) throw this.#failure.error;
      if (this.#running === 0) continue;
      await this.#arrived.promise;
      this.#arrived = Promise.withResolvers();
    }
    yield { type: 'usage', usage: sum([...this.#usages.values()]), final: true };
    yield { type: 'timing', timing: slowest(this.#timings) };
  }

  #startNext(): void {
    const index = this.#next;
    const call = this.#calls[index];
    if (!call || this.#failure) return;
    this.#next++;
    this.#running++;
    this.#pump(call, index)
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => {
        this.#running--;
        this.#startNext();
        this.#arrived.resolve();
      });
  }

  async #pump(call: PromptCall, index: number): Promise<void> {
    for await (const event of call()) {
      this.#accept(event, index);
      this.#arrived.resolve();
      while (this.#queue.length >= QUEUE_LENGTH) await this.#taken.promise;
    }
  }

  #accept(event: ChatEvent, index: number): void {
    const first = index * this.#options.n;
    switch (event.type) {
      case 'start':
        this.#begin(event, first);
        return;
      case 'usage':
        this.#usages.set(index, event.usage);
        if (!event.final) {
          this.#queue.push({ type: 'usage', usage: sum([...this.#usages.values()]), final: false });
        }
        return;
      case 'timing':
        this.#timings.push(event.timing);
        return;
      case 'choice-prompt':
      case 'text-delta':
      case 'reasoning-delta':
      case 'refusal-delta':
      case 'tool-call-start':
      case 'tool-call-delta':
      case 'choice-end':
        this.#queue.push(first === 0 ? event : { ...event, choice: first + event.choice });
    }
  }

  /** The one start is of the whole answer; what it says of its prompt is told of each choice, log probabilities once. */
  #begin(event: Extract<ChatEvent, { type: 'start' }>, first: number): void {
    const { type, model, created, systemFingerprint, id: _own, promptLogprobs, ...shared } = event;
    const prompt = { ...shared, ...(promptLogprobs && { promptLogprobs }) };
    if (!this.#started) this.#queue.push({ type, id: this.#options.id, model, created, systemFingerprint });
    this.#started = true;
    if (Object.keys(prompt).length === 0) return;
    for (let choice = first; choice < first + this.#options.n; choice++) {
      this.#queue.push({ type: 'choice-prompt', choice, ...(choice === first ? prompt : shared) });
    }
  }
}

function sum(usages: readonly Usage[]): Usage {
  const total = (pick: (usage: Usage) => number) => usages.reduce((all, usage) => all + pick(usage), 0);
  return {
    promptTokens: total((usage) => usage.promptTokens),
    cachedTokens: total((usage) => usage.cachedTokens),
    completionTokens: total((usage) => usage.completionTokens),
    reasoningTokens: total((usage) => usage.reasoningTokens),
  };
}

function slowest(timings: readonly Timing[]): Timing {
  const most = (pick: (timing: Timing) => number) =>
    timings.reduce((all, timing) => Math.max(all, pick(timing)), 0);
  return {
    queueSeconds: most((timing) => timing.queueSeconds),
    promptSeconds: most((timing) => timing.promptSeconds),
    completionSeconds: most((timing) => timing.completionSeconds),
    totalSeconds: most((timing) => timing.totalSeconds),
  };
}

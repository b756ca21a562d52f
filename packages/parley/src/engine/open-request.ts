import type { Timing, Usage } from '../core/event.ts';
import type { Sequence } from './sequence.ts';

/** A request with all its choices: what is summed up when the last of them ends. */
export class OpenRequest {
  readonly id: number;
  readonly sequences: readonly Sequence[];
  readonly #arrivedAt: number;
  readonly #promptTokens: number;
  #open: number;
  #cachedTokens = 0;
  #completionTokens = 0;
  #admittedAt: number | undefined;
  #firstTokenAt: number | undefined;

  constructor(request: { id: number; arrivedAt: number }, sequences: readonly Sequence[]) {
    this.id = request.id;
    this.sequences = sequences;
    this.#arrivedAt = request.arrivedAt;
    this.#promptTokens = sequences[0].promptLength;
    this.#open = sequences.length;
  }

  /** The first choice tells what the cache saved; the others copy its prompt and are not counted. */
  admit(sequence: Sequence, now: number): void {
    if (sequence.choice === 0) this.#cachedTokens = sequence.cached;
    this.#admittedAt ??= now;
  }

  /** True for the first token of all. */
  firstToken(now: number): boolean {
    if (this.#firstTokenAt !== undefined) return false;
    this.#firstTokenAt = now;
    return true;
  }

  get promptUsage(): { promptTokens: number; cachedTokens: number } {
    return { promptTokens: this.#promptTokens, cachedTokens: this.#cachedTokens };
  }

  /** True when this was the last choice. */
  finish(sequence: Sequence): boolean {
    this.#completionTokens += sequence.sampled;
    this.#open--;
    return this.#open === 0;
  }

  summary(now: number): { usage: Usage; timing: Timing } {
    const admitted = this.#admittedAt ?? now;
    const first = this.#firstTokenAt ?? now;
    return {
      usage: {
        ...this.promptUsage,
        completionTokens: this.#completionTokens,
        reasoningTokens: 0,
      },
      timing: {
        queueSeconds: seconds(admitted - this.#arrivedAt),
        promptSeconds: seconds(first - admitted),
        completionSeconds: seconds(now - first),
        totalSeconds: seconds(now - this.#arrivedAt),
      },
    };
  }
}

function seconds(milliseconds: number): number {
  return Math.max(0, milliseconds) / 1000;
}

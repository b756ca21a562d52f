import { invalidRequest } from '@parley/protocol/errors';
import type { Timing, Usage } from '../core/event.ts';
import type { SequenceOptions } from './options.ts';
import type { TokenId } from './runtime.ts';
import { deriveSeed } from './sampler/random.ts';
import { Sequence } from './sequence.ts';

export interface EngineRequest {
  /** Unique among the open ones. */
  readonly id: number;
  readonly prompt: readonly TokenId[];
  /** What the caller calls it, for errors. */
  readonly promptParameter: string;
  readonly options: SequenceOptions;
  /** Choices to generate. */
  readonly n: number;
  readonly seed: bigint;
  readonly priority: number;
  readonly salt: string;
  /** When it reached the server, in milliseconds of the engine's clock. */
  readonly arrivedAt: number;
}

/** A request with its choices. Throws an ApiError when it can never run. */
export function openRequest(request: EngineRequest, contextLength: number): OpenRequest {
  checkPrompt(request, contextLength);
  const prompt = Int32Array.from(request.prompt);
  const { id, options, priority, salt } = request;
  const sequences: Sequence[] = [];
  for (let choice = 0; choice < request.n; choice++) {
    const seed = deriveSeed(request.seed, choice);
    const leader = sequences[0];
    sequences.push(new Sequence({ request: id, choice, prompt, options, seed, priority, salt, leader }));
  }
  return new OpenRequest(request, sequences);
}

function checkPrompt({ prompt: { length }, promptParameter }: EngineRequest, contextLength: number): void {
  if (length < 1) throw invalidRequest(promptParameter, 'The prompt has no tokens.');
  if (length < contextLength) return;
  throw invalidRequest(
    promptParameter,
    `The prompt has ${length} tokens; the context holds ${contextLength}, one of them for the answer.`,
    'context_length_exceeded',
  );
}

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

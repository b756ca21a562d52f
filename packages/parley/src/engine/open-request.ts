import { invalidRequest } from '@parley/protocol/errors';
import type { Timing, Usage } from '../core/event.ts';
import type { BeamOptions } from './beam-parameters.ts';
import { Drafter } from './draft.ts';
import { DraftText } from './draft-text.ts';
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
  /** Present: the choices are the best answers that a search with as many beams finds. */
  readonly beams?: BeamOptions | undefined;
  /** Tokens of a text that the answer is expected to repeat, for a runtime that can go back. */
  readonly prediction?: readonly TokenId[];
  /** When it reached the server, in milliseconds of the engine's clock. */
  readonly arrivedAt: number;
  /** Longest time from then to its turn, in milliseconds; after it the request is refused with 429. */
  readonly queueLimitMs?: number | undefined;
}

/** A request with its choices. Throws an ApiError when it can never run. */
export function openRequest(request: EngineRequest, contextLength: number): OpenRequest {
  checkPrompt(request, contextLength);
  checkScores(request);
  const prompt = Int32Array.from(request.prompt);
  const { id, options, priority } = request;
  const salt = saltOf(request);
  const text = request.prediction && new DraftText(request.prediction);
  const end = Math.min(contextLength, prompt.length + options.maxTokens);
  const sequences: Sequence[] = [];
  for (let choice = 0; choice < request.n; choice++) {
    const seed = deriveSeed(request.seed, choice);
    const leader = sequences[0];
    const drafter = text && new Drafter(text, end);
    sequences.push(
      new Sequence({ request: id, choice, prompt, options, seed, priority, salt, leader, drafter }),
    );
  }
  return new OpenRequest(request, sequences);
}

/**
 * A scored prompt is computed in pieces of another length, so that its cells can differ from others' in their last digits;
 * and of cells that are reused there are no logits. So the request shares them with nobody, but its choices do.
 */
function saltOf({ options, salt }: EngineRequest): string | symbol {
  return options.promptLogprobs === undefined ? salt : Symbol('scored');
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

/** Log probabilities that one answer may hold, some tens of bytes each on the wire. */
const MAX_SCORES = 500_000;

function checkScores({ prompt: { length }, options: { promptLogprobs: count } }: EngineRequest): void {
  if (count === undefined || length * (count + 1) <= MAX_SCORES) return;
  throw invalidRequest(
    'prompt_logprobs',
    `Log probabilities of ${length} prompt tokens with ${count} candidates each are more than the ${MAX_SCORES} that an answer may hold.`,
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
  #predicted: { accepted: number; rejected: number } | undefined;
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

  /** Those that wait for a place; the others come with them. */
  get queued(): readonly Sequence[] {
    const [first] = this.sequences;
    return first?.search ? [first] : this.sequences;
  }

  /** A search may find fewer answers than it was asked for. */
  expect(answers: number): void {
    this.#open = answers;
  }

  /** True when this was the last choice. */
  finish(sequence: Sequence): boolean {
    this.#completionTokens += sequence.sampled;
    if (sequence.drafter) {
      this.#predicted ??= { accepted: 0, rejected: 0 };
      this.#predicted.accepted += sequence.drafter.accepted;
      this.#predicted.rejected += sequence.drafter.rejected;
    }
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
        ...(this.#predicted && {
          acceptedPredictionTokens: this.#predicted.accepted,
          rejectedPredictionTokens: this.#predicted.rejected,
        }),
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

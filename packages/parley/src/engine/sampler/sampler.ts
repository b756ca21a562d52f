import { type ApiError, internalError, invalidRequest } from '@parley/protocol/errors';
import type { Sample, SamplingOptions } from '../options.ts';
import type { TokenId, Vocabulary } from '../runtime.ts';
import { gatherAllowed } from './allowed.ts';
import { Candidates } from './candidates.ts';
import { TokenCounts } from './counts.ts';
import { logprobOf, rawLogprobs } from './logprobs.ts';
import { isGreedy, SAMPLING_PARAMETERS, type SamplerState } from './parameters.ts';
import type { ProcessorChain } from './processor.ts';
import { Random } from './random.ts';
import type { SamplerWorkspace } from './workspace.ts';

interface LogitStep {
  readonly name: string | null;
  apply(state: SamplerState): void;
}

/**
 * Chooses the tokens of one sequence. Which token comes next depends on the logits, the options, the seed and the tokens
 * before it, never on other sequences: a draw takes one random number, greedy choices take none.
 */
export class SequenceSampler {
  /** Whether anything but a mask acts on the logits. */
  readonly changesLogits: boolean;
  readonly #workspace: SamplerWorkspace;
  readonly #logprobs: number | undefined;
  readonly #steps: readonly LogitStep[];
  readonly #narrowing: readonly ((candidates: Candidates) => void)[];
  readonly #greedy: boolean;
  readonly #candidates: Candidates;
  readonly #random: Random;
  readonly #counts: TokenCounts | undefined;
  readonly #processors: ProcessorChain | undefined;
  readonly #completion: TokenId[] = [];

  /**
   * `prompt` is read at once and not kept. `seed` is used as given, `options.seed` is not looked at.
   * Throws an ApiError 400 for token ids outside the vocabulary and for empty bad words or allowed tokens.
   */
  constructor(
    options: SamplingOptions,
    vocabulary: Vocabulary,
    workspace: SamplerWorkspace,
    prompt: readonly TokenId[] | Int32Array,
    seed: bigint,
    processors?: ProcessorChain,
  ) {
    this.#workspace = workspace;
    this.#processors = processors;
    this.#logprobs = options.logprobs;
    this.#greedy = isGreedy(options);
    this.#random = new Random(seed);
    const steps: LogitStep[] = [];
    const narrowing: ((candidates: Candidates) => void)[] = [];
    for (const parameter of SAMPLING_PARAMETERS) {
      const apply = parameter.logits?.(options, vocabulary);
      if (apply !== undefined) steps.push({ name: parameter.name, apply });
      const narrow = this.#greedy ? undefined : parameter.candidates?.(options);
      if (narrow !== undefined) narrowing.push(narrow);
    }
    this.#steps = steps;
    this.#narrowing = narrowing;
    // The entry without a name, the mask, acts only where one is given.
    this.changesLogits = steps.some(({ name }) => name !== null);
    this.#candidates = new Candidates(workspace);
    this.#counts = countsFor(options, prompt);
  }

  /** Tokens sampled so far. */
  get count(): number {
    return this.#completion.length;
  }

  /**
   * The next token. `logits` is only read. Bit `i & 31` of word `i >> 5` of `mask` says whether token `i` is allowed.
   * Throws an ApiError: 500 when logits that count are not numbers, 400 naming the parameter that left no token to choose from.
   */
  sample(logits: Float32Array, mask?: Uint32Array): Sample {
    if (this.#logprobs === undefined) {
      const token = this.#chooseAllowed(logits, mask) ?? this.#choose(logits, mask, this.#load(logits));
      this.#record(token);
      return { token };
    }
    const max = this.#load(logits);
    const raw = rawLogprobs(this.#workspace, max, this.#logprobs);
    const token = this.#chooseAllowed(logits, mask) ?? this.#choose(logits, mask, max);
    this.#record(token);
    return { token, logprob: logprobOf(logits[token]!, raw.logSumExp), top: raw.top };
  }

  /** Returns the greatest logit. */
  #load(logits: Float32Array): number {
    const workspace = this.#workspace;
    workspace.load(logits);
    const max = workspace.maximum();
    if (!Number.isFinite(max)) throw internalError('The model gave logits that are not finite numbers.');
    return max;
  }

  /**
   * Where the mask is all that acts on the logits; where it allows few tokens, the others are not looked at. Undefined
   * where something else acts, and where no allowed logit is a finite number: the long way finds the words for that.
   */
  #chooseAllowed(logits: Float32Array, mask: Uint32Array | undefined): TokenId | undefined {
    if (mask === undefined || this.changesLogits) return undefined;
    const few = gatherAllowed(this.#workspace, logits, mask);
    const max = few?.max ?? this.#loadMasked(logits, mask);
    if (!Number.isFinite(max)) return undefined;
    this.#candidates.reset(max, few?.count);
    return this.#pick();
  }

  #loadMasked(logits: Float32Array, mask: Uint32Array): number {
    const workspace = this.#workspace;
    workspace.load(logits);
    workspace.applyMask(mask);
    return workspace.maximum();
  }

  /**
   * Counts a token that was not sampled, because the form left no other. It takes the random number that a draw takes, so
   * that what follows is the same as if it had been.
   */
  record(token: TokenId): void {
    if (!this.#greedy) this.#random.uniform();
    this.#record(token);
  }

  #record(token: TokenId): void {
    this.#completion.push(token);
    this.#counts?.addCompletion(token);
  }

  #choose(logits: Float32Array, mask: Uint32Array | undefined, rawMax: number): TokenId {
    const changed = this.changesLogits || mask !== undefined;
    this.#candidates.reset(changed ? this.#changeLogits(logits, mask) : rawMax);
    return this.#pick();
  }

  #pick(): TokenId {
    const candidates = this.#candidates;
    if (this.#greedy) return candidates.best();
    for (const narrow of this.#narrowing) narrow(candidates);
    return candidates.draw(this.#random.uniform());
  }

  /** Applies every logit step to the workspace's row; returns the new maximum. */
  #changeLogits(logits: Float32Array, mask: Uint32Array | undefined): number {
    const workspace = this.#workspace;
    const [counts, completion, processors] = [this.#counts, this.#completion, this.#processors];
    const state = { workspace, logits, counts, completion, processors, mask };
    for (const step of this.#steps) step.apply(state);
    const max = workspace.maximum();
    if (max === -Infinity) throw this.#nothingLeft(state);
    if (max < Infinity) return max;
    throw invalidRequest(
      'repetition_penalty',
      'repetition_penalty is so far from 1 that the logits overflow.',
    );
  }

  /** Goes through the steps once more to find the one that took the last token. */
  #nothingLeft(state: SamplerState): ApiError {
    const { workspace } = state;
    workspace.load(state.logits);
    const before: string[] = [];
    for (const { name, apply } of this.#steps) {
      apply(state);
      if (workspace.maximum() === -Infinity) return nothingLeftAfter(name, before);
      before.push(name ?? 'the output format');
    }
    return internalError('Sampling found no token, and then found one.');
  }
}

function nothingLeftAfter(name: string | null, before: readonly string[]): ApiError {
  const names = [...new Set(before)].filter((other) => other !== name);
  const together = names.length > 0 ? ` together with ${names.join(', ')}` : '';
  return invalidRequest(
    name,
    `${name ?? 'The output format'}${together} leaves no token that could come next.`,
  );
}

function countsFor(
  options: SamplingOptions,
  prompt: readonly TokenId[] | Int32Array,
): TokenCounts | undefined {
  const { repetitionPenalty, frequencyPenalty, presencePenalty } = options;
  if (repetitionPenalty === 1 && frequencyPenalty === 0 && presencePenalty === 0) return undefined;
  const counts = new TokenCounts();
  if (repetitionPenalty !== 1) for (const token of prompt) counts.addPrompt(token);
  return counts;
}

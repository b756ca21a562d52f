import { internalError, invalidRequest } from '@parley/protocol/errors';
import type { Sample, SamplingOptions } from './options.ts';
import type { TokenId, Vocabulary } from './runtime.ts';
import { logprobOf, rawLogprobs } from './sampler/logprobs.ts';
import { SAMPLING_PARAMETERS, type SamplerState } from './sampler/parameters.ts';
import type { SamplerWorkspace } from './sampler/workspace.ts';

/** A token that may come next, and what is told of it when log probabilities are asked for. */
export interface Continuation {
  /** Natural logarithm, of the distribution that biases and bans leave. */
  readonly score: number;
  readonly sample: Sample;
}

/**
 * The best continuations of a beam. Biases, bans and the least length act as they do on sampled tokens. One for all
 * beams of a search: nothing in it depends on the tokens of a single one, for options that a beam search takes.
 */
export class BeamScorer {
  readonly #workspace: SamplerWorkspace;
  readonly #logprobs: number | undefined;
  readonly #steps: readonly ((state: SamplerState) => void)[];

  /** Throws an ApiError 400 for token ids outside the vocabulary. */
  constructor(options: SamplingOptions, vocabulary: Vocabulary, workspace: SamplerWorkspace) {
    this.#workspace = workspace;
    this.#logprobs = options.logprobs;
    this.#steps = SAMPLING_PARAMETERS.flatMap(({ logits }) => logits?.(options, vocabulary) ?? []);
  }

  /**
   * The `limit` most probable tokens, best first, of equal ones those with lower ids; fewer where fewer are possible.
   * Throws an ApiError: 500 when the logits are not numbers, 400 when no token is left.
   */
  best(logits: Float32Array, completion: readonly TokenId[], limit: number): Continuation[] {
    const workspace = this.#workspace;
    workspace.load(logits);
    const max = finite(workspace.maximum());
    const raw = this.#logprobs === undefined ? undefined : rawLogprobs(workspace, max, this.#logprobs);
    const state = {
      workspace,
      logits,
      counts: undefined,
      completion,
      mask: undefined,
      processors: undefined,
    };
    for (const apply of this.#steps) apply(state);
    const { top } = rawLogprobs(workspace, possible(workspace.maximum()), limit);
    return top
      .filter(({ logprob }) => logprob > -Infinity)
      .map(({ token, logprob: score }) => {
        if (raw === undefined) return { score, sample: { token } };
        return { score, sample: { token, logprob: logprobOf(logits[token]!, raw.logSumExp), top: raw.top } };
      });
  }
}

function finite(max: number): number {
  // NaN fails every comparison.
  if (max > -Infinity && max < Infinity) return max;
  throw internalError('The model gave logits that are not finite numbers.');
}

function possible(max: number): number {
  if (max > -Infinity) return finite(max);
  throw invalidRequest(null, 'The parameters together leave no token that could come next.');
}

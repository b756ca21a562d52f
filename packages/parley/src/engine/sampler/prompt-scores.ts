import { internalError } from '@parley/protocol/errors';
import type { PackedPromptLogprobs } from '../packed-prompt.ts';
import type { TokenId } from '../runtime.ts';
import { logprobOf, rawLogprobs } from './logprobs.ts';
import type { SamplerWorkspace } from './workspace.ts';

/** Collects the log probabilities of a prompt while it is computed: of each token but the first, and of the best ones. */
export class PromptScores {
  readonly #packed: PackedPromptLogprobs;

  /** `prompt` is copied; `count` is how many of the best tokens are listed for each. */
  constructor(prompt: Int32Array, count: number) {
    const { length } = prompt;
    this.#packed = {
      tokens: prompt.slice(),
      count,
      logprobs: new Float64Array(length),
      ranks: new Int32Array(length),
      topTokens: new Int32Array(length * count),
      topLogprobs: new Float64Array(length * count),
    };
  }

  /**
   * Takes the logits of `count` tokens from `start` on, of which each row tells of the token behind it; what is behind the
   * prompt is not counted. Throws an ApiError 500 where they are no numbers.
   */
  addRows(
    start: number,
    count: number,
    logits: (at: number) => Float32Array,
    workspace: SamplerWorkspace,
  ): void {
    const end = Math.min(start + count, this.#packed.tokens.length - 1);
    for (let position = start; position < end; position++) {
      this.#add(position + 1, logits(position - start), workspace);
    }
  }

  #add(position: number, logits: Float32Array, workspace: SamplerWorkspace): void {
    const { tokens, count, logprobs, ranks, topTokens, topLogprobs } = this.#packed;
    workspace.load(logits);
    const max = workspace.maximum();
    // NaN fails every comparison.
    if (!(max > -Infinity && max < Infinity))
      throw internalError('The model gave logits that are not finite numbers.');
    const { logSumExp, top } = rawLogprobs(workspace, max, count);
    const token = tokens[position]!;
    logprobs[position] = logprobOf(logits[token]!, logSumExp);
    for (const [i, best] of top.entries()) {
      topTokens[position * count + i] = best.token;
      topLogprobs[position * count + i] = best.logprob;
    }
    const place = top.findIndex((best) => best.token === token);
    ranks[position] = place >= 0 ? place + 1 : rankOf(token, workspace);
  }

  get packed(): PackedPromptLogprobs {
    return this.#packed;
  }
}

/** 1 for the most probable; tokens of equal probability come in the order of their ids. */
function rankOf(token: TokenId, { row, maxima, blockCount }: SamplerWorkspace): number {
  const logit = row[token]!;
  const block = row.length / blockCount;
  let rank = 1;
  for (let b = 0; b < blockCount; b++) {
    if (maxima[b]! < logit) continue;
    for (let i = b * block; i < (b + 1) * block; i++) {
      if (row[i]! > logit || (row[i] === logit && i < token)) rank++;
    }
  }
  return rank;
}

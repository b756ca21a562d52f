import type { PromptToken, TokenCandidate } from '../core/event.ts';
import type { TextSpan } from './prompt/request.ts';
import type { Vocabulary } from './runtime.ts';

/** Log probabilities of a prompt as numbers, which cross a thread boundary and take little room. */
export interface PackedPromptLogprobs {
  /** The prompt. The log probabilities and ranks are of these, and those of the first mean nothing. */
  readonly tokens: Int32Array;
  readonly logprobs: Float64Array;
  readonly ranks: Int32Array;
  /** How many of the best tokens are listed for each. */
  readonly count: number;
  /** `count` for each token of the prompt, best first. */
  readonly topTokens: Int32Array;
  readonly topLogprobs: Float64Array;
}

export interface UnpackOptions {
  /** Most of the best tokens to list. */
  readonly top: number;
  /** Which tokens. Default: all. */
  readonly span?: TextSpan;
}

/** The tokens with their log probabilities; made while they are walked, each time anew. */
export function unpackPromptLogprobs(
  packed: PackedPromptLogprobs,
  vocabulary: Vocabulary,
  { top, span = { start: 0, end: packed.tokens.length, skip: 0, drop: 0 } }: UnpackOptions,
): Iterable<PromptToken> {
  return {
    *[Symbol.iterator]() {
      const { start, end, skip, drop } = span;
      for (let position = start; position < end; position++) {
        const token = promptToken(packed, vocabulary, position, top);
        const { length } = token.bytes;
        const from = position === start ? skip : 0;
        const to = position === end - 1 ? length - drop : length;
        yield from === 0 && to === length ? token : { ...token, bytes: token.bytes.subarray(from, to) };
      }
    },
  };
}

function promptToken(
  { tokens, logprobs, ranks, count, topTokens, topLogprobs }: PackedPromptLogprobs,
  vocabulary: Vocabulary,
  position: number,
  limit: number,
): PromptToken {
  const id = tokens[position]!;
  const bytes = vocabulary.bytes(id);
  if (position === 0) return { id, bytes, top: [] };
  const top: TokenCandidate[] = [];
  for (let at = position * count; at < position * count + Math.min(limit, count); at++) {
    const best = topTokens[at]!;
    top.push({ id: best, bytes: vocabulary.bytes(best), logprob: topLogprobs[at]! });
  }
  return { id, bytes, logprob: logprobs[position]!, rank: ranks[position]!, top };
}

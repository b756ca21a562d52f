import type { BadWords, SamplingOptions } from '../options.ts';
import { BadWordFinder } from '../prompt/bad-words.ts';
import type { TokenId, Vocabulary } from '../runtime.ts';
import type { Random } from './random.ts';

export const NEUTRAL: SamplingOptions = {
  temperature: 1,
  topP: 1,
  topK: 0,
  minP: 0,
  seed: undefined,
  frequencyPenalty: 0,
  presencePenalty: 0,
  repetitionPenalty: 1,
  logitBias: [],
  allowedTokenIds: undefined,
  badWords: undefined,
  minTokens: 0,
  ignoreEos: false,
  stopTokenIds: [],
  logprobs: undefined,
};

export const END_OF_GENERATION = [1, 2];

export function vocabularyOf(size: number): Vocabulary {
  return {
    size,
    endOfGeneration: new Set(END_OF_GENERATION),
    bos: undefined,
    eos: 1,
    addBos: false,
    bytes: (token) => new TextEncoder().encode(textOf(token)),
    kind: () => 'normal',
  };
}

/** Text of a token in `vocabularyOf`: a, b, ... z, aa, ab, ... */
export function textOf(token: TokenId): string {
  const letter = String.fromCharCode(97 + (token % 26));
  return token < 26 ? letter : textOf(Math.floor(token / 26) - 1) + letter;
}

/** Bad words for a text without special tokens, unless `text` says otherwise. */
export function badWordsOf(
  words: readonly string[],
  vocabulary: Vocabulary,
  text: Partial<BadWords['text']> = {},
): BadWords | undefined {
  const prepared = new BadWordFinder(vocabulary).prepare(words);
  const how = { includeStop: false, skipSpecialTokens: true, spacesBetweenSpecialTokens: true, ...text };
  return prepared && { ...prepared, text: how };
}

/** Bell-shaped logits. */
export function logitsOf(size: number, spread: number, random: Random): Float32Array {
  return Float32Array.from({ length: size }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random.uniform()));
    return spread * radius * Math.cos(2 * Math.PI * random.uniform());
  });
}

export function below(random: Random, limit: number): number {
  return Math.floor(random.uniform() * limit);
}

import { invalidRequest } from '@parley/protocol/errors';
import type { TokenId, Tokenizer } from '../runtime.ts';

/**
 * The token sequences of words that must not appear. A word inside a sentence is usually another token than at its
 * beginning, so each is tokenised with and without a space before it. The rule is vLLM's (`SamplingParams`).
 */
export function badWordTokens(tokenizer: Tokenizer, words: readonly string[]): TokenId[][] {
  return words.flatMap((word, index) => {
    const text = word.toWellFormed().trimStart();
    if (text === '') {
      throw invalidRequest(`bad_words[${index}]`, `bad_words[${index}] must hold more than white space.`);
    }
    const plain = tokenizer.tokenize(text, { special: false, addBos: false });
    const spaced = tokenizer.tokenize(` ${text}`, { special: false, addBos: false });
    const another = spaced[0] !== plain[0] && spaced.length === plain.length;
    return another ? [plain, spaced] : [plain];
  });
}

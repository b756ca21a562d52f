import type { TokenInfo } from '../../core/event.ts';
import type { Sample } from '../options.ts';
import type { TokenId } from '../runtime.ts';

/** What is said of a token sampled with log probabilities. `tokens` is a vocabulary, or the cache of one. */
export function tokenInfo(sample: Sample, tokens: { bytes(token: TokenId): Uint8Array }): TokenInfo {
  if (sample.logprob === undefined) {
    throw new Error('The token was sampled without log probabilities.');
  }
  return {
    id: sample.token,
    bytes: tokens.bytes(sample.token),
    logprob: sample.logprob,
    top: (sample.top ?? []).map(({ token, logprob }) => ({ id: token, bytes: tokens.bytes(token), logprob })),
  };
}

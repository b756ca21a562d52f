import type { TokenCandidate, TokenInfo } from '../core/event.ts';
import type { TokenId, Vocabulary } from './runtime.ts';

/**
 * Token infos as numbers, which cross a thread boundary many times faster than byte arrays: per token its id,
 * log probability, length of its bytes and number of candidates, then id and log probability of each candidate.
 */
export type PackedTokens = readonly number[];

export function packTokens(tokens: readonly TokenInfo[]): PackedTokens {
  const packed: number[] = [];
  for (const { id, logprob, bytes, top } of tokens) {
    packed.push(id, logprob, bytes.length, top.length);
    for (const candidate of top) packed.push(candidate.id, candidate.logprob);
  }
  return packed;
}

/** The bytes come from the receiver's vocabulary; a token cut by a stop string keeps the front of its bytes. */
export function unpackTokens(packed: PackedTokens, vocabulary: Vocabulary): TokenInfo[] {
  const candidate = (id: TokenId, logprob: number): TokenCandidate => ({
    id,
    bytes: vocabulary.bytes(id),
    logprob,
  });
  const tokens: TokenInfo[] = [];
  for (let at = 0; at < packed.length; ) {
    const [id, logprob, length, count] = packed.slice(at, at + 4);
    at += 4;
    const top: TokenCandidate[] = [];
    for (let i = 0; i < count; i++, at += 2) top.push(candidate(packed[at], packed[at + 1]));
    tokens.push({ id, logprob, bytes: vocabulary.bytes(id).subarray(0, length), top });
  }
  return tokens;
}

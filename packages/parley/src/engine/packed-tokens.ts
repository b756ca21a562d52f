import type { TokenCandidate, TokenInfo } from '../core/event.ts';
import type { TokenId, Vocabulary } from './runtime.ts';

/**
 * Token infos as numbers, which cross a thread boundary many times faster than byte arrays: per token its id,
 * log probability, length of its bytes (negative where a space was put before them) and number of candidates, then id
 * and log probability of each candidate.
 */
export type PackedTokens = readonly number[];

export function packTokens(tokens: readonly TokenInfo[], vocabulary: Vocabulary): PackedTokens {
  const packed: number[] = [];
  for (const { id, logprob, bytes, top } of tokens) {
    const spaced = !beginsWith(vocabulary.bytes(id), bytes);
    packed.push(id, logprob, spaced ? -bytes.length : bytes.length, top.length);
    for (const candidate of top) packed.push(candidate.id, candidate.logprob);
  }
  return packed;
}

const SPACE = new Uint8Array([0x20]);

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
    const bytes = length < 0 ? Buffer.concat([SPACE, vocabulary.bytes(id)]) : vocabulary.bytes(id);
    tokens.push({ id, logprob, bytes: bytes.subarray(0, Math.abs(length)), top });
  }
  return tokens;
}

function beginsWith(whole: Uint8Array, beginning: Uint8Array): boolean {
  return whole === beginning || beginning.every((byte, i) => byte === whole[i]);
}

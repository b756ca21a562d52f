import type { Logprobs, TimeInfo, TopLogprob, Usage as WireUsage } from '@parley/protocol';
import type { Timing, TokenCandidate, TokenInfo, Usage } from '../../core/event.ts';

/** Everything of a request that decides how its answer is written. */
export interface EncodingOptions {
  /** Undefined: usage comes on the last chunk that has a choice, as Cerebras's clients expect. */
  readonly includeUsage: boolean | undefined;
  /** Whether every chunk carries the usage so far. */
  readonly continuousUsage: boolean;
  readonly logprobs: boolean;
  /** Whether log probabilities write tokens as `token_id:N`. */
  readonly tokensAsIds: boolean;
  /** Whether chunks are padded, so that their length on the wire does not tell the length of the text. */
  readonly obfuscation: boolean;
  /** The tier that served the call; undefined when the request did not ask. */
  readonly serviceTier: string | undefined;
}

/** What stands for minus infinity, which JSON cannot write. */
const LEAST_LOGPROB = -9999;

const utf8 = new TextDecoder();

/** Invalid UTF-8, as of a token that holds half a character, is shown as U+FFFD; `bytes` has the truth. */
export function tokenText(candidate: TokenCandidate, asId: boolean): string {
  return asId ? `token_id:${candidate.id}` : utf8.decode(candidate.bytes);
}

export function wireLogprob(logprob: number): number {
  return Math.min(0, Math.max(LEAST_LOGPROB, logprob));
}

function wireCandidate(candidate: TokenCandidate, asId: boolean): TopLogprob {
  return {
    token: tokenText(candidate, asId),
    logprob: wireLogprob(candidate.logprob),
    bytes: [...candidate.bytes],
  };
}

export function wireLogprobs(tokens: readonly TokenInfo[], asId: boolean): Logprobs {
  const content = tokens.map((token) => ({
    ...wireCandidate(token, asId),
    top_logprobs: token.top.map((candidate) => wireCandidate(candidate, asId)),
  }));
  return { content, refusal: null };
}

export function wireUsage(usage: Usage): WireUsage {
  return {
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    total_tokens: usage.promptTokens + usage.completionTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedTokens },
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens },
  };
}

/** Seconds. `created` is the Unix time of the answer. */
export function wireTimeInfo(timing: Timing, created: number): TimeInfo {
  return {
    queue_time: timing.queueSeconds,
    prompt_time: timing.promptSeconds,
    completion_time: timing.completionSeconds,
    total_time: timing.totalSeconds,
    created,
  };
}

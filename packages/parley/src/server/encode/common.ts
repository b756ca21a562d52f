import type { Logprobs, PromptLogprobs, TimeInfo, TopLogprob, Usage as WireUsage } from '@parley/protocol';
import type {
  FinishReason,
  PromptInfo,
  PromptToken,
  Timing,
  TokenCandidate,
  TokenInfo,
  Usage,
} from '../../core/event.ts';

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
  /** Whether calls are written as `function_call`, the form that goes with `functions`. */
  readonly legacyCalls: boolean;
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

/** Tokens of the prompt as if they had been sampled; the first of all has no log probability and is left out. */
export function scoredTokens(tokens: Iterable<PromptToken> = []): TokenInfo[] {
  return Array.from(tokens).flatMap(({ logprob, ...token }) =>
    logprob === undefined ? [] : { ...token, logprob },
  );
}

/** As a further field of a choice; '' where the event has none. */
export function tokenIds({ tokenIds: ids }: { readonly tokenIds?: readonly number[] }): string {
  return ids ? `,"token_ids":[${ids.join(',')}]` : '';
}

/** By token id, in vLLM's shape. */
export function wirePromptLogprobs(tokens: Iterable<PromptToken>): PromptLogprobs {
  return Array.from(tokens, (token) => {
    const { logprob, rank = null, top } = token;
    if (logprob === undefined) return null;
    const entries: NonNullable<PromptLogprobs[number]> = {
      [token.id]: wireRanked({ ...token, logprob }, rank),
    };
    for (const [i, candidate] of top.entries()) entries[candidate.id] = wireRanked(candidate, i + 1);
    return entries;
  });
}

function wireRanked(candidate: TokenCandidate, rank: number | null) {
  return { logprob: wireLogprob(candidate.logprob), rank, decoded_token: tokenText(candidate, false) };
}

/** What an answer, its first chunk, or a choice says of the prompt. */
export function wirePrompt({ promptTokenIds, promptLogprobs }: PromptInfo): {
  prompt_token_ids?: number[];
  prompt_logprobs?: PromptLogprobs;
} {
  return {
    ...(promptTokenIds && { prompt_token_ids: [...promptTokenIds] }),
    ...(promptLogprobs && { prompt_logprobs: wirePromptLogprobs(promptLogprobs) }),
  };
}

export function wireUsage(usage: Usage): WireUsage {
  return {
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    total_tokens: usage.promptTokens + usage.completionTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedTokens },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoningTokens,
      ...(usage.acceptedPredictionTokens !== undefined && {
        accepted_prediction_tokens: usage.acceptedPredictionTokens,
        rejected_prediction_tokens: usage.rejectedPredictionTokens ?? 0,
      }),
    },
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

/** With `functions` the older word for a call. */
export function finishReason(reason: FinishReason, { legacyCalls }: EncodingOptions): FinishReason {
  return legacyCalls && reason === 'tool_calls' ? 'function_call' : reason;
}

/** Cerebras tells the tier that was used in a field of its own; OpenAI in the one that asks for it. */
export function wireTier({ serviceTier }: EncodingOptions): {
  service_tier?: string;
  service_tier_used?: string;
} {
  return serviceTier === undefined ? {} : { service_tier: serviceTier, service_tier_used: serviceTier };
}

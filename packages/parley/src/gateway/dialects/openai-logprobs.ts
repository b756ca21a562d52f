import type { PromptToken, TokenCandidate, TokenInfo } from '../../core/event.ts';
import { countOf, isObject, type Json, listOf, numberOf, objectsOf } from './json.ts';

/** Upstreams seldom tell the id of a token. */
export const UNKNOWN_ID = -1;
/** What stands for minus infinity, which JSON cannot write. */
const LEAST_LOGPROB = -9999;

const utf8 = new TextEncoder();

/** The `content` of `logprobs`; undefined where there is none. */
export function tokenInfosOf(logprobs: unknown): readonly TokenInfo[] | undefined {
  const content = isObject(logprobs) ? logprobs.content : undefined;
  if (!Array.isArray(content)) return undefined;
  return objectsOf(content).map((entry) => ({
    ...candidateOf(entry),
    top: objectsOf(entry.top_logprobs).map(candidateOf),
  }));
}

function candidateOf(entry: Json): TokenCandidate {
  const token = typeof entry.token === 'string' ? entry.token : '';
  const named = /^token_id:(\d{1,10})$/.exec(token)?.[1];
  return {
    id: named === undefined ? (countOf(entry.id) ?? UNKNOWN_ID) : Number(named),
    bytes: bytesOf(entry.bytes) ?? utf8.encode(named === undefined ? token : ''),
    logprob: logprobOf(entry.logprob),
  };
}

function bytesOf(value: unknown): Uint8Array | undefined {
  if (!Array.isArray(value)) return undefined;
  return Uint8Array.from(listOf(value), (byte) => countOf(byte) ?? 0);
}

function logprobOf(value: unknown): number {
  const logprob = numberOf(value) ?? LEAST_LOGPROB;
  return logprob <= LEAST_LOGPROB ? Number.NEGATIVE_INFINITY : logprob;
}

/**
 * vLLM's `prompt_logprobs`: for each token a map from ids to candidates, null for the first. Which of them is the token
 * itself, only the ids of the prompt tell. `count`: how many candidates were asked for.
 */
export function promptTokensOf(
  value: unknown,
  ids: readonly number[],
  count: number,
): readonly PromptToken[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return listOf(value).map((entry, place) => {
    const ranked = isObject(entry) ? Object.entries(entry).flatMap(rankedOf) : [];
    const id = ids[place] ?? UNKNOWN_ID;
    const own = ranked.find((candidate) => candidate.id === id);
    const top = ranked
      .filter(({ rank }) => rank !== undefined && rank <= count)
      .sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0))
      .map(({ rank: _rank, ...candidate }) => candidate);
    return { id, bytes: new Uint8Array(), ...own, top };
  });
}

function rankedOf([id, value]: [string, unknown]): (TokenCandidate & { readonly rank?: number })[] {
  if (!isObject(value)) return [];
  const rank = countOf(value.rank);
  const text = typeof value.decoded_token === 'string' ? value.decoded_token : '';
  const candidate = { id: Number(id), bytes: utf8.encode(text), logprob: logprobOf(value.logprob) };
  return [{ ...candidate, ...(rank !== undefined && { rank }) }];
}

/** The older form of `/completions`: lists side by side. */
export function listedTokensOf(logprobs: unknown): readonly TokenInfo[] | undefined {
  if (!isObject(logprobs) || !Array.isArray(logprobs.tokens)) return undefined;
  const values = listOf(logprobs.token_logprobs);
  const tops = listOf(logprobs.top_logprobs);
  return listOf(logprobs.tokens).map((token, index) => ({
    ...candidateOf({ token, logprob: values[index] }),
    top: isObject(tops[index])
      ? Object.entries(tops[index]).map(([text, logprob]) => candidateOf({ token: text, logprob }))
      : [],
  }));
}

import { seedToUint64 } from '@parley/protocol';
import { invalidRequest } from '@parley/protocol/errors';
import type { CallContext, ChatRequest, Parameters } from '../core/complete.ts';
import { type BeamOptions, beamOptions } from './beam-parameters.ts';
import type { SamplingOptions, TextOptions } from './options.ts';
import { prefixSalt } from './prefix-salt.ts';
import type { TokenId } from './runtime.ts';
import { processorWish } from './sampler/processor-wish.ts';

/** What can be said of a request before its prompt is tokenised and its bad words are looked up in the vocabulary. */
export interface ResolvedRequest {
  readonly sampling: Omit<SamplingOptions, 'badWords'>;
  readonly text: TextOptions;
  /** Undefined: as many as the context holds. */
  readonly maxTokens: number | undefined;
  /** The parameter that a caller would have to change when the answer does not fit: what was sent, or the current name. */
  readonly lengthParameter: string;
  /** What the caller calls the prompt: `messages` or `prompt`. */
  readonly promptParameter: string;
  readonly n: number;
  /** Present: the choices are the best of a search. */
  readonly beams: BeamOptions | undefined;
  readonly priority: number;
  readonly salt: string;
  /** Longest time to wait for a turn, in milliseconds. */
  readonly queueLimitMs: number | undefined;
  /** Log probabilities of the prompt: how many of the best tokens to list at each position. Undefined: none. */
  readonly promptLogprobs: number | undefined;
  /** The same for the part of the prompt that `echo` puts before the answer. */
  readonly echoLogprobs: number | undefined;
  /** Whether the ids of all tokens are wanted, of the prompt and of the answer. */
  readonly tokenIds: boolean;
}

/** Priorities end at a quarter of it, so that tiers do not mix and every sum is exact. */
const TIER = 2 ** 52;
const TIER_PRIORITY = { priority: -TIER, auto: 0, default: 0, flex: TIER } as const;

/** Every choice makes its own automaton of each stop string, and its own sorted list of the bad words. */
const MAX_STOP_LENGTH = 16_384;
const MAX_BAD_WORDS = 1000;

/** From wire names, nulls and defaults to the options of the engine; token ids are checked against the vocabulary. */
export function resolveRequest(
  { input, parameters }: Pick<ChatRequest, 'input' | 'parameters'>,
  vocabularySize: number,
  caller: Pick<CallContext, 'principal' | 'queueLimitMs'> = { principal: { id: '' } },
): ResolvedRequest {
  const maxTokens = parameters.max_completion_tokens ?? parameters.max_tokens ?? undefined;
  const badWords = parameters.bad_words?.length ?? 0;
  if (badWords > MAX_BAD_WORDS) {
    throw invalidRequest(
      'bad_words',
      `bad_words must have at most ${MAX_BAD_WORDS} entries, got ${badWords}.`,
    );
  }
  const sampling = resolveSampling(parameters, vocabularySize);
  if (maxTokens !== undefined && sampling.minTokens > maxTokens) {
    const name = parameters.min_completion_tokens == null ? 'min_tokens' : 'min_completion_tokens';
    throw invalidRequest(
      name,
      `${name} must be at most the token limit of ${maxTokens}, got ${sampling.minTokens}.`,
    );
  }
  return {
    sampling,
    text: {
      stop: resolveStop(parameters.stop ?? []),
      includeStop: parameters.include_stop_str_in_output ?? false,
      skipSpecialTokens: parameters.skip_special_tokens ?? true,
      spacesBetweenSpecialTokens: parameters.spaces_between_special_tokens ?? true,
    },
    maxTokens,
    lengthParameter: lengthParameter(parameters),
    promptParameter: input.kind === 'messages' ? 'messages' : 'prompt',
    n: parameters.n ?? 1,
    beams: beamOptions(parameters),
    priority: within(TIER / 4, parameters.priority ?? 0) + TIER_PRIORITY[parameters.service_tier ?? 'auto'],
    salt: prefixSalt(parameters.cache_salt, caller.principal),
    queueLimitMs: caller.queueLimitMs,
    promptLogprobs: parameters.prompt_logprobs ?? undefined,
    echoLogprobs: parameters.echo && parameters.logprobs ? (parameters.top_logprobs ?? 0) : undefined,
    tokenIds: parameters.return_token_ids ?? false,
  };
}

function lengthParameter(parameters: Parameters): string {
  const names = ['max_completion_tokens', 'max_tokens', 'min_completion_tokens', 'min_tokens'] as const;
  return names.find((name) => parameters[name] != null) ?? 'max_completion_tokens';
}

function within(bound: number, value: number): number {
  return Math.min(bound, Math.max(-bound, value));
}

function resolveStop(stop: string | readonly string[]): readonly string[] {
  const stops = typeof stop === 'string' ? [stop] : stop;
  for (const [i, { length }] of stops.entries()) {
    if (length <= MAX_STOP_LENGTH) continue;
    const param = typeof stop === 'string' ? 'stop' : `stop[${i}]`;
    throw invalidRequest(param, `${param} must have at most ${MAX_STOP_LENGTH} characters, got ${length}.`);
  }
  return stops;
}

function resolveSampling(parameters: Parameters, vocabularySize: number): ResolvedRequest['sampling'] {
  const { seed } = parameters;
  const topLogprobs = parameters.top_logprobs ?? 0;
  return {
    temperature: parameters.temperature ?? 1,
    topP: parameters.top_p ?? 1,
    topK: Math.max(0, parameters.top_k ?? 0),
    minP: parameters.min_p ?? 0,
    seed: seed == null ? undefined : seedToUint64(seed),
    logitsProcessors: processorWish(parameters),
    frequencyPenalty: parameters.frequency_penalty ?? 0,
    presencePenalty: parameters.presence_penalty ?? 0,
    repetitionPenalty: parameters.repetition_penalty ?? 1,
    logitBias: resolveBias(parameters.logit_bias ?? {}, vocabularySize),
    allowedTokenIds: checkedIds(
      'allowed_token_ids',
      parameters.allowed_token_ids ?? undefined,
      vocabularySize,
    ),
    minTokens: parameters.min_completion_tokens ?? parameters.min_tokens ?? 0,
    ignoreEos: parameters.ignore_eos ?? false,
    stopTokenIds: checkedIds('stop_token_ids', parameters.stop_token_ids ?? [], vocabularySize) ?? [],
    logprobs: parameters.logprobs ? topLogprobs : undefined,
  };
}

function resolveBias(bias: Record<string, number>, vocabularySize: number): [TokenId, number][] {
  return Object.entries(bias).map(([key, value]) => {
    checkId(`logit_bias.${key}`, Number(key), vocabularySize);
    return [Number(key), value];
  });
}

/** Distinct ids of the vocabulary. */
function checkedIds(
  name: string,
  ids: readonly TokenId[] | undefined,
  size: number,
): readonly TokenId[] | undefined {
  ids?.forEach((id, i) => {
    checkId(`${name}[${i}]`, id, size);
  });
  // Repetitions mean nothing, and without them a list is no longer than the vocabulary.
  return ids && [...new Set(ids)];
}

function checkId(param: string, id: number, vocabularySize: number): void {
  if (Number.isInteger(id) && id >= 0 && id < vocabularySize) return;
  throw invalidRequest(param, `${param} must be a token id between 0 and ${vocabularySize - 1}, got ${id}.`);
}

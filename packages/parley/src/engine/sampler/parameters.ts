import { invalidRequest } from '@parley/protocol/errors';
import type { SamplingOptions } from '../options.ts';
import type { TokenId, Vocabulary } from '../runtime.ts';
import { badWords } from './bad-words.ts';
import type { Candidates } from './candidates.ts';
import type { TokenCounts } from './counts.ts';
import type { ProcessorChain } from './processor.ts';
import type { SamplerWorkspace } from './workspace.ts';

/** What a parameter may look at and change while one token is sampled. */
export interface SamplerState {
  readonly workspace: SamplerWorkspace;
  /** The model's logits; read only. `workspace.row` is the copy to change. */
  readonly logits: Float32Array;
  readonly counts: TokenCounts | undefined;
  /** Tokens of the completion so far. */
  readonly completion: readonly TokenId[];
  readonly processors?: ProcessorChain | undefined;
  /** From outside: what a grammar allows next. */
  readonly mask: Uint32Array | undefined;
}

/** Temperatures below it are greedy, as in vLLM: their reciprocal would leave the range of the logits' floats. */
const LEAST_TEMPERATURE = 1e-5;

/**
 * A parameter that decides which token comes next. `logits` and `candidates` are asked once a sequence and answer with
 * what has to be done for each token, or undefined where the parameter is neutral and costs nothing.
 * All logit changes come before all narrowing of candidates.
 */
export interface SamplingParameter {
  /** Wire name, for errors; null for what is no parameter. */
  readonly name: string | null;
  /** Throws an ApiError 400 for values that this vocabulary cannot satisfy. */
  logits?(options: SamplingOptions, vocabulary: Vocabulary): ((state: SamplerState) => void) | undefined;
  /** Not asked when sampling is greedy. */
  candidates?(options: SamplingOptions): ((candidates: Candidates) => void) | undefined;
}

export function isGreedy(options: SamplingOptions): boolean {
  return options.temperature < LEAST_TEMPERATURE;
}

function checkToken(token: TokenId, vocabulary: Vocabulary, param: string): void {
  if (Number.isInteger(token) && token >= 0 && token < vocabulary.size) return;
  throw invalidRequest(
    param,
    `Token id ${token} is not in the vocabulary: ids are 0 to ${vocabulary.size - 1}.`,
  );
}

function allowedTokenIds({ allowedTokenIds: allowed }: SamplingOptions, vocabulary: Vocabulary) {
  if (allowed === undefined) return undefined;
  if (allowed.length === 0) {
    throw invalidRequest('allowed_token_ids', 'allowed_token_ids must name at least one token.');
  }
  for (const [i, token] of allowed.entries()) checkToken(token, vocabulary, `allowed_token_ids[${i}]`);
  return ({ workspace: { row }, logits }: SamplerState) => {
    row.fill(-Infinity);
    for (const token of allowed) row[token] = logits[token]!;
  };
}

function minTokens({ minTokens: least, ignoreEos, stopTokenIds }: SamplingOptions, vocabulary: Vocabulary) {
  for (const [i, token] of stopTokenIds.entries()) checkToken(token, vocabulary, `stop_token_ids[${i}]`);
  if (least === 0) return undefined;
  const banned = [...stopTokenIds, ...(ignoreEos ? [] : vocabulary.endOfGeneration)];
  return ({ workspace: { row }, completion }: SamplerState) => {
    if (completion.length < least) for (const token of banned) row[token] = -Infinity;
  };
}

function logitBias({ logitBias: biases }: SamplingOptions, vocabulary: Vocabulary) {
  for (const [token] of biases) checkToken(token, vocabulary, `logit_bias.${token}`);
  // 100 changes no logit: `forced` compares such tokens with each other alone, where equal sums cancel out.
  const changes = biases.filter(([, bias]) => bias !== 0 && bias !== 100);
  if (changes.length === 0) return undefined;
  return ({ workspace: { row } }: SamplerState) => {
    for (const [token, bias] of changes) row[token] = bias === -100 ? -Infinity : row[token]! + bias;
  };
}

function logitsProcessors({ logitsProcessors: wish }: SamplingOptions) {
  if (wish === undefined) return undefined;
  return ({ processors, completion }: SamplerState) => processors?.apply(completion);
}

function repetitionPenalty({ repetitionPenalty: penalty }: SamplingOptions) {
  if (penalty === 1) return undefined;
  return ({ workspace: { row }, counts }: SamplerState) => {
    if (counts === undefined) return;
    for (const token of counts.tokens) {
      const logit = row[token]!;
      row[token] = logit > 0 ? logit / penalty : logit * penalty;
    }
  };
}

function frequencyPenalty({ frequencyPenalty: penalty }: SamplingOptions) {
  if (penalty === 0) return undefined;
  return ({ workspace: { row }, counts }: SamplerState) => {
    if (counts === undefined) return;
    for (let i = 0; i < counts.tokens.length; i++) row[counts.tokens[i]!]! -= penalty * counts.counts[i]!;
  };
}

function presencePenalty({ presencePenalty: penalty }: SamplingOptions) {
  if (penalty === 0) return undefined;
  return ({ workspace: { row }, counts }: SamplerState) => {
    if (counts === undefined) return;
    for (let i = 0; i < counts.tokens.length; i++)
      if (counts.counts[i]! > 0) row[counts.tokens[i]!]! -= penalty;
  };
}

function mask() {
  return ({ workspace, mask: allowed }: SamplerState) => {
    if (allowed !== undefined) workspace.applyMask(allowed);
  };
}

/** Bias 100: as long as one of these tokens is possible, none but them is. */
function forced({ logitBias: biases }: SamplingOptions) {
  const tokens = biases.filter(([, bias]) => bias === 100).map(([token]) => token);
  if (tokens.length === 0) return undefined;
  return ({ workspace: { row } }: SamplerState) => {
    const logits = tokens.map((token) => row[token]!);
    if (logits.every((logit) => logit === -Infinity)) return;
    row.fill(-Infinity);
    for (const [i, token] of tokens.entries()) row[token] = logits[i]!;
  };
}

/**
 * Every sampling parameter, in the order of application, which is that of vLLM's V1 sampler. Bias 100 is applied after the
 * mask, so that it forces tokens among those that a grammar allows.
 */
export const SAMPLING_PARAMETERS: readonly SamplingParameter[] = [
  { name: 'allowed_token_ids', logits: allowedTokenIds },
  { name: 'bad_words', logits: badWords },
  { name: 'min_tokens', logits: minTokens },
  { name: 'logit_bias', logits: logitBias },
  { name: 'logits_processors', logits: logitsProcessors },
  { name: 'repetition_penalty', logits: repetitionPenalty },
  { name: 'frequency_penalty', logits: frequencyPenalty },
  { name: 'presence_penalty', logits: presencePenalty },
  { name: null, logits: mask },
  { name: 'logit_bias', logits: forced },
  {
    name: 'temperature',
    candidates:
      ({ temperature }) =>
      (candidates) =>
        candidates.setTemperature(temperature),
  },
  {
    name: 'min_p',
    candidates: ({ minP }) => (minP > 0 ? (candidates) => candidates.keepRatio(minP) : undefined),
  },
  {
    name: 'top_k',
    candidates: ({ topK }) => (topK > 0 ? (candidates) => candidates.keepBest(topK) : undefined),
  },
  {
    name: 'top_p',
    candidates: ({ topP }) => (topP < 1 ? (candidates) => candidates.keepMass(topP) : undefined),
  },
];

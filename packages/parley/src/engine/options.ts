import type { AnswerShape } from './answer/gated-text.ts';
import type { TokenId } from './runtime.ts';
import type { ProcessorWish } from './sampler/processor-wish.ts';
import type { PackedStrings } from './text/sorted-strings.ts';

/** Everything that decides which token comes next. Resolved: no nulls, no wire names. */
export interface SamplingOptions {
  /** 0 = greedy. */
  readonly temperature: number;
  /** 0 < topP <= 1; 1 = off. Over the whole vocabulary. */
  readonly topP: number;
  /** 0 = off. */
  readonly topK: number;
  /** 0 <= minP <= 1; 0 = off. */
  readonly minP: number;
  /** Any 64-bit value. Undefined: drawn by the engine. */
  readonly seed: bigint | undefined;
  /** Functions of the operator's that change the logits. */
  readonly logitsProcessors?: ProcessorWish | undefined;
  /** -2..2, times the number of occurrences in the completion. */
  readonly frequencyPenalty: number;
  /** -2..2, once per token that occurs in the completion. */
  readonly presencePenalty: number;
  /** > 0, 1 = off; over prompt and completion: positive logits are divided, negative ones multiplied. */
  readonly repetitionPenalty: number;
  /** Added to the logits; -100 bans, 100 forces. */
  readonly logitBias: readonly (readonly [TokenId, number])[];
  /** If given, nothing else can be sampled. */
  readonly allowedTokenIds: readonly TokenId[] | undefined;
  /** Undefined: none. */
  readonly badWords: BadWords | undefined;
  /** End-of-text and stop tokens cannot be sampled before this many tokens. */
  readonly minTokens: number;
  /** End-of-text is sampled and kept as a normal token instead of ending the sequence. */
  readonly ignoreEos: boolean;
  readonly stopTokenIds: readonly TokenId[];
  /** Undefined: none. Otherwise how many of the best tokens are listed, 0..20. */
  readonly logprobs: number | undefined;
}

/** Everything that decides what becomes text, and when the text ends. */
export interface TextOptions {
  /** 0 to 4 strings. */
  readonly stop: readonly string[];
  readonly includeStop: boolean;
  readonly skipSpecialTokens: boolean;
  readonly spacesBetweenSpecialTokens: boolean;
}

/** What is known of the bad words before the first token is sampled. */
export interface PreparedBadWords {
  /** In UTF-8, none of them empty. */
  readonly words: PackedStrings;
  /** Ids of all tokens whose bytes contain a whole word; for control tokens those of their names. */
  readonly containing: Int32Array;
}

/** Strings that the text must not contain, so it matters how tokens become text. Compared as bytes. */
export interface BadWords extends PreparedBadWords {
  readonly text: Omit<TextOptions, 'stop'>;
}

/** When and how a block of reasoning is closed. */
export interface ReasoningLimit {
  /** Tokens, at least 1. */
  readonly tokens: number;
  /** Whether the prompt ends inside of the block. */
  readonly isOpen: boolean;
  readonly begin: string;
  readonly end: string;
  /** Text that closes it early. */
  readonly forcedEnd: string;
}

/** One choice of one request, as the engine runs it. */
export interface SequenceOptions {
  readonly sampling: SamplingOptions;
  readonly text: TextOptions;
  /** The context's end is a limit of its own. 0: the prompt is computed, and nothing is sampled. */
  readonly maxTokens: number;
  /** Log probabilities of the prompt: how many of the best tokens are listed for each of its tokens, 0..20. Undefined: none. */
  readonly promptLogprobs?: number;
  /** Whether updates tell the ids of the tokens that they stand for. */
  readonly tokenIds?: boolean;
  /** JSON of the OutputForm that the answer must have. */
  readonly output?: string;
  /** Names of control tokens that the answer's form is made of: they are shown, whatever becomes of others. */
  readonly marks?: readonly string[];
  /** Where stop strings do not count everywhere. */
  readonly shape?: AnswerShape;
  /** How long the model may think. */
  readonly reasoning?: ReasoningLimit;
}

/** A sampled token. */
export interface Sample {
  readonly token: TokenId;
  /** Present when log probabilities were asked for; from the raw distribution. */
  readonly logprob?: number;
  /** Best first. */
  readonly top?: readonly { readonly token: TokenId; readonly logprob: number }[];
}

import type { TokenId } from './runtime.ts';
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

/** One choice of one request, as the engine runs it. */
export interface SequenceOptions {
  readonly sampling: SamplingOptions;
  readonly text: TextOptions;
  /** At least 1; the context's end is a limit of its own. */
  readonly maxTokens: number;
  /** JSON of the OutputForm that the answer must have. */
  readonly output?: string;
}

/** A sampled token. */
export interface Sample {
  readonly token: TokenId;
  /** Present when log probabilities were asked for; from the raw distribution. */
  readonly logprob?: number;
  /** Best first. */
  readonly top?: readonly { readonly token: TokenId; readonly logprob: number }[];
}

/** Why a choice ended, in OpenAI's words. */
export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter' | 'function_call';

export interface TokenCandidate {
  readonly id: number;
  /** The bytes that the token adds to the text. */
  readonly bytes: Uint8Array;
  /** Natural logarithm of the probability in the model's raw distribution; -Infinity is sent as -9999. */
  readonly logprob: number;
}

export interface TokenInfo extends TokenCandidate {
  /** The most probable tokens of the raw distribution, best first; as many as `top_logprobs` asked for. */
  readonly top: readonly TokenCandidate[];
}

/** A token of the prompt. */
export interface PromptToken {
  readonly id: number;
  /** Its bytes; of a control token those of its name. */
  readonly bytes: Uint8Array;
  /** What the raw distribution gave for it behind the tokens before it. The first token of a prompt has none. */
  readonly logprob?: number;
  /** Its place in that distribution, 1 for the most probable. */
  readonly rank?: number;
  /** The most probable tokens in its place, best first; as many as were asked for. */
  readonly top: readonly TokenCandidate[];
}

/** What an answer says of its prompt, where the request asked for it. The lists may be walked any number of times. */
export interface PromptInfo {
  /** Text of the prompt to put before the answer, for `echo`. */
  readonly echo?: string;
  /** The tokens of that text, when log probabilities were asked for. */
  readonly echoTokens?: Iterable<PromptToken>;
  readonly promptTokenIds?: readonly number[];
  readonly promptLogprobs?: Iterable<PromptToken>;
}

export interface Usage {
  readonly promptTokens: number;
  /** Prompt tokens whose KV cells were reused instead of computed. */
  readonly cachedTokens: number;
  /** Sampled tokens of all choices, the end-of-text token included. */
  readonly completionTokens: number;
  readonly reasoningTokens: number;
  /** Present when an answer was predicted: tokens of the prediction that were tried and did come, and that did not. */
  readonly acceptedPredictionTokens?: number;
  readonly rejectedPredictionTokens?: number;
}

/** Seconds. */
export interface Timing {
  readonly queueSeconds: number;
  readonly promptSeconds: number;
  readonly completionSeconds: number;
  readonly totalSeconds: number;
}

interface Counted {
  readonly choice: number;
  /** How many sampled tokens this event stands for; their sum is the running `completion_tokens`. */
  readonly tokenCount: number;
  /** Their ids, when the request asked for them. */
  readonly tokenIds?: readonly number[];
}

interface Delta extends Counted {
  readonly text: string;
  /** Present when log probabilities were asked for. */
  readonly tokens?: readonly TokenInfo[];
}

/**
 * What a backend says, in this order: `start`, then deltas of the choices mixed, one `choice-end` a choice,
 * `usage` with `final`, `timing`. Failure is not an event: the iterator throws an ApiError.
 * A `usage` that is not final may come any time after `start`; it tells `continuous_usage_stats` the prompt's tokens.
 */
export type ChatEvent =
  | ({
      readonly type: 'start';
      readonly id: string;
      readonly model: string;
      /** Unix time in seconds. */
      readonly created: number;
      readonly systemFingerprint: string;
    } & PromptInfo)
  /** Of an answer to several prompts: what there is to say of one choice's. Comes before all else of the choice. */
  | ({ readonly type: 'choice-prompt'; readonly choice: number } & PromptInfo)
  | ({ readonly type: 'text-delta' } & Delta)
  | ({ readonly type: 'reasoning-delta' } & Delta)
  | { readonly type: 'refusal-delta'; readonly choice: number; readonly text: string }
  | ({
      readonly type: 'tool-call-start';
      readonly index: number;
      readonly id: string;
      readonly kind: 'function' | 'custom';
      readonly name: string;
    } & Counted)
  | ({ readonly type: 'tool-call-delta'; readonly index: number; readonly arguments: string } & Counted)
  | ({
      /** Counts the tokens of this choice that no other event has (end of text, a removed stop string). */
      readonly type: 'choice-end';
      readonly reason: FinishReason;
      /** The stop string or stop token id that ended it. */
      readonly stop?: string | number;
    } & Counted)
  | { readonly type: 'usage'; readonly usage: Usage; readonly final: boolean }
  | { readonly type: 'timing'; readonly timing: Timing };

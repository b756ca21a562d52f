import type { ChatCompletionRequest, Message } from '@parley/protocol';
import type { AnswerDetails } from './answer-details.ts';
import type { ChatEvent } from './event.ts';
import type { ParameterReport } from './report.ts';

/** What is to be continued: a conversation, or text or tokens of the legacy completions endpoint. */
export type Input =
  | { readonly kind: 'messages'; readonly messages: readonly Message[] }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'tokens'; readonly tokens: readonly number[] };

/** Every body parameter but those that say where to and what: validated, in their wire names. */
export type Parameters = Omit<ChatCompletionRequest, 'model' | 'messages'>;

/** A parsed request. `stream` has no meaning here: every answer is a stream of events. */
export interface ChatRequest {
  readonly model: string;
  readonly input: Input;
  readonly parameters: Parameters;
  /** Keys that no documentation of ours knows, as they came. */
  readonly unknown: Readonly<Record<string, unknown>>;
}

/** Who is calling. */
export interface Principal {
  /** Identifies the caller without being the credential itself; empty for anonymous calls. */
  readonly id: string;
}

export interface CallContext {
  /** Id of the call: `request_id` of the caller, or a fresh one; also the answer's id. */
  readonly id: string;
  readonly principal: Principal;
  /** Aborted when the caller is gone. May be aborted already: check `aborted`, then listen. */
  readonly signal: AbortSignal;
  readonly report: ParameterReport;
  /** Longest time that the call may wait for its turn, in milliseconds; after it a 429. Undefined: no limit. */
  readonly queueLimitMs?: number | undefined;
  /** Where the answer's response headers are collected; absent where nobody reads them. */
  readonly details?: AnswerDetails | undefined;
  /** Nothing of the answer reaches the caller before its end: one that broke off may be begun anew, unlike the first. */
  readonly whole?: boolean | undefined;
}

/** The one verb. Errors before the first event may become an HTTP status, a retry or a fallback. */
export type Complete = (request: ChatRequest, context: CallContext) => AsyncIterable<ChatEvent>;

/** What wraps a call: retry, fallback, limits, cache, ledger. */
export type Policy = (next: Complete) => Complete;

/** Whether a parameter does what its documentation says on a model, or why it is refused. */
export type ParameterSupport =
  | { readonly honoured: true }
  | { readonly honoured: false; readonly reason: string };

export interface Model {
  readonly id: string;
  readonly aliases: readonly string[];
  /** Unix time in seconds. */
  readonly created: number;
  readonly ownedBy: string;
  readonly name: string;
  readonly description: string;
  /** Tokens of prompt and completion together. */
  readonly contextLength: number;
  readonly parameterCount: number | undefined;
  readonly quantization: string | undefined;
  readonly sizeBytes: number | undefined;
  readonly vocabularySize: number | undefined;
  readonly capabilities: ModelCapabilities;
  /** By wire name; every name of the request schema is present. */
  readonly parameters: Readonly<Record<string, ParameterSupport>>;
}

export interface ModelCapabilities {
  readonly chat: boolean;
  readonly completions: boolean;
  readonly streaming: boolean;
  readonly logprobs: boolean;
  readonly tools: boolean;
  readonly structuredOutputs: boolean;
  readonly reasoning: boolean;
  readonly vision: boolean;
  readonly audio: boolean;
}

export interface TokenizeRequest {
  readonly model: string;
  readonly input: Input;
  readonly parameters: Parameters;
}

export interface TokenizedPrompt {
  readonly tokens: number[];
  /** The rendered prompt. */
  readonly text: string;
  /** Parameters without an effect on the prompt. */
  readonly ignored?: readonly string[];
}

/** A place where models run. */
export interface Backend {
  readonly name: string;
  models(): readonly Model[];
  readonly complete: Complete;
  /** Token ids and the rendered text of a prompt. Absent where the tokenizer is out of reach. */
  tokenize?(request: TokenizeRequest, signal: AbortSignal): Promise<TokenizedPrompt>;
  detokenize?(model: string, tokens: readonly number[], signal: AbortSignal): Promise<string>;
  /** The bytes of each token, as `/tokenize` reports them. */
  tokenBytes?(model: string, tokens: readonly number[]): Uint8Array[];
  /** Gauges and counters for `/metrics`, a group per model. */
  stats?(): readonly BackendStats[];
  /** Ends running work and releases everything. */
  close(): Promise<void>;
}

export interface BackendStats {
  readonly model: string;
  readonly running: number;
  readonly waiting: number;
  readonly slots: number;
  readonly steps: number;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly completionTokens: number;
  /** Tokens handed to the model, over all steps: divided by `steps` the mean batch size. */
  readonly batchTokens: number;
  readonly cancelled: number;
  readonly rejected: number;
  /** KV cells of running sequences, those that keep prefixes for later, and how many there are. */
  readonly cellsUsed: number;
  readonly cellsCached: number;
  readonly cells: number;
  /** Seconds spent in the model, and in the engine's own code around it. */
  readonly decodeSeconds: number;
  readonly overheadSeconds: number;
}

import type { ChatCompletionRequest } from '@parley/protocol';

/** How requests and answers are written where OpenAI's dialect is not spoken. */
export type DialectName = 'openai' | 'azure' | 'anthropic' | 'gemini';

/** What an upstream does with a parameter of ours. */
export type Treatment =
  | 'honoured'
  /** It is let through under another name, or with another value; the file of the dialect knows which. */
  | 'translated'
  /** We do it around the call: `n` by several calls, `stop` by cutting, a schema by checking and asking again. */
  | 'emulated'
  /** It does not do it: the request goes elsewhere, or is refused. */
  | 'refused';

export type ParameterName = keyof ChatCompletionRequest;

/** One file of data each. */
export interface Provider {
  readonly name: string;
  readonly dialect: DialectName;
  /** Without a slash at the end; undefined where everybody has one of their own. */
  readonly baseUrl: string | undefined;
  /** How the key is sent; `none` for servers of one's own. */
  readonly auth: { readonly header: string; readonly prefix: string } | 'none';
  /** Environment variable that its own clients read the key from. */
  readonly keyVariable: string | undefined;
  /** Of every parameter of ours; `unknownParameters` for what no documentation knows. */
  readonly parameters: Readonly<Record<ParameterName, Treatment>>;
  readonly unknownParameters: 'honoured' | 'refused';
  /** How an answer that broke off can be gone on with; `none` where a prefilled assistant message is refused. */
  readonly continuation: 'assistant-prefill' | 'continue_final_message' | 'none';
  /** Whether a stream tells its usage, and what has to be asked for it. */
  readonly streamUsage: 'always' | 'include_usage' | 'never';
  /** Honoured without being sent: all there is to do about them is done on this side. */
  readonly kept: readonly ParameterName[];
  /** Its name for a translated parameter, where nothing else differs. */
  readonly renames: Readonly<Partial<Record<ParameterName, string>>>;
  /** Its words for values of a translated parameter. */
  readonly words: Readonly<Partial<Record<ParameterName, Readonly<Record<string, string>>>>>;
  /** Ranges narrower than ours; a value outside of one counts as refused. */
  readonly ranges: Readonly<Partial<Record<ParameterName, readonly [least: number, most: number]>>>;
  /** Values of `response_format.type` that it enforces itself. */
  readonly formats: readonly EnforcedFormat[];
  /** Its fields for a regular expression and for a grammar that the answer must follow. */
  readonly constraints: Readonly<Partial<Record<'regex' | 'grammar', string>>>;
  /** How `reasoning_effort: none` and `disable_reasoning` are said. */
  readonly reasoningSwitch: ReasoningSwitch;
  /** Parameters whose answers it cannot stream: with one of them a whole body is asked for. */
  readonly wholeOnly: readonly ParameterName[];
  /** Inputs of its `/completions`; none where it has no such endpoint. */
  readonly prompts: readonly ('text' | 'tokens')[];
  readonly messages: MessageRules;
}

export type EnforcedFormat = 'json_object' | 'json_schema' | 'structural_tag';

/** `thinking`: `{type: 'disabled'}` (DeepSeek, Fireworks); `reasoning.enabled`: false (Together). */
export type ReasoningSwitch = 'reasoning_effort' | 'thinking' | 'reasoning.enabled' | 'none';

/** What a part of a message may be besides text. */
export type Medium =
  | 'image-url'
  | 'image-data'
  | 'audio-data'
  | 'audio-url'
  | 'video-url'
  | 'file-data'
  | 'file-id'
  | 'embeddings';

/** Which messages an upstream takes as they are. */
export interface MessageRules {
  /** The role `developer`; else it is sent as `system`. */
  readonly developer: boolean;
  /** `name` of a message; else it is left out, and reported. */
  readonly names: boolean;
  /** Where the reasoning of earlier turns goes; else it is left out, and reported. */
  readonly reasoning: 'reasoning' | 'reasoning_content' | 'none';
  /** `refusal` of assistants; else it is sent as text. */
  readonly refusals: boolean;
  /** Roles that only a chat template knows, and messages in the Harmony form. */
  readonly customRoles: boolean;
  /** Tools of the type `custom`, and `allowed_tools`. */
  readonly customTools: boolean;
  readonly toolCallIds: 'any' | 'nine-alphanumerics';
  readonly media: readonly Medium[];
  /** How a last assistant message is marked that is to be continued; `none`: it is continued of itself. */
  readonly prefill: 'prefix' | 'none';
}

/** A provider, or a server of one's own, as the operator configured it. */
export interface Upstream {
  readonly name: string;
  readonly provider: Provider;
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

/** US dollars for a million tokens. */
export interface Prices {
  readonly prompt: number;
  readonly cachedPrompt: number;
  readonly completion: number;
  /** For each call, in dollars. */
  readonly request: number;
}

/** Milliseconds; Infinity for none. Every attempt has its own, `totalMs` is for all of them together. */
export interface Timeouts {
  readonly connectMs: number;
  /** From the request's last byte to the answer's head. */
  readonly headersMs: number;
  /** To the first event that holds text, reasoning or a call. */
  readonly firstTokenMs: number;
  /** Between two such events; comments that keep a connection open do not count. */
  readonly idleMs: number;
  readonly totalMs: number;
}

/** A model at an upstream: a place where a request can go. */
export interface Target {
  /** Unique in the configuration, as `fast/cerebras:llama3.1-8b`. */
  readonly id: string;
  readonly upstream: Upstream;
  /** What the upstream calls it. */
  readonly model: string;
  /** Share of the requests among targets of the same priority; 0 for none but as a fallback. */
  readonly weight: number;
  /** Lower goes first; higher ones are fallbacks. */
  readonly priority: number;
  readonly prices: Prices | undefined;
  readonly timeouts: Timeouts;
  readonly limits: TargetLimits;
  /** The provider's table with the operator's exceptions. */
  readonly parameters: Readonly<Record<ParameterName, Treatment>>;
  /** Tokens of prompt and answer together; undefined where it is not known. */
  readonly contextLength: number | undefined;
}

/** What we ask of an upstream at most; Infinity for no limit. */
export interface TargetLimits {
  readonly concurrent: number;
  readonly requestsPerMinute: number;
  readonly tokensPerMinute: number;
}

export type Balancing =
  | 'weighted'
  | 'least-busy'
  | 'lowest-latency'
  | 'lowest-price'
  | 'prefix-affine'
  | 'sticky';

/** A model of our API: what its name stands for. */
export interface Deployment {
  readonly model: string;
  readonly aliases: readonly string[];
  readonly description: string;
  readonly targets: readonly Target[];
  readonly balancing: Balancing;
  /** Models of our API to turn to when all targets failed. */
  readonly fallbacks: readonly string[];
  /** Whether another target may be asked when one refuses for the sake of its content policy. Default false. */
  readonly fallbackOnContentPolicy?: boolean | undefined;
  readonly retry: RetryOptions;
  readonly circuit: CircuitOptions;
  /** Milliseconds without a first token after which a second target is asked as well; undefined: never. */
  readonly hedgeAfterMs: number | undefined;
  readonly cache: { readonly seconds: number } | undefined;
}

export interface RetryOptions {
  /** Of one target, the first one included. */
  readonly attempts: number;
  readonly firstDelayMs: number;
  readonly maximumDelayMs: number;
  /** An upstream that asks for a longer wait is left for another target. */
  readonly maximumRetryAfterMs: number;
}

export interface CircuitOptions {
  /** Failures in a row that open it. */
  readonly failures: number;
  /** Until one request may probe whether the upstream is well again. */
  readonly probeAfterMs: number;
}

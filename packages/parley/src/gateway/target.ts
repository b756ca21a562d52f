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

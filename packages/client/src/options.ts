import type { Hooks } from './hooks.ts';
import type { RetryConfig } from './retry.ts';

/** Which time limit: see `Timeouts`. */
export type Limit = keyof Timeouts;

/** Time limits in milliseconds; 0 or Infinity: none. Each attempt of a call has its own `connect` and `firstToken`. */
export interface Timeouts {
  /**
   * From sending until status and headers of the answer are there. A server sends them with the answer, so for an
   * answer that is not streamed this limits the whole of it. Default: none.
   */
  connect?: number | undefined;
  /** Streams: from sending until the first chunk. Default: 600 000. */
  firstToken?: number | undefined;
  /** Streams: from one chunk to the next. Comments that keep the connection alive do not count. Default: 120 000. */
  idle?: number | undefined;
  /** The whole call, with retries and all of the answer. Default: 600 000; for streams none. */
  total?: number | undefined;
}

/** Names and values. null removes what stands there by default, undefined says nothing. */
export type HeadersLike =
  | Headers
  | readonly (readonly [string, string])[]
  | Readonly<Record<string, string | null | undefined>>;

export type QueryValue = string | number | boolean | null | undefined;

/** Of a URL; null and undefined are left out. */
export type Query = Readonly<Record<string, QueryValue>>;

/** What client and call have in common; the call's word wins. */
export interface CommonOptions {
  /** Added to those that the client sets. */
  headers?: HeadersLike | undefined;
  query?: Query | undefined;
  /** Limits in milliseconds. A number is that for the whole call: short for `{ total }`. */
  timeout?: number | Timeouts | undefined;
  /**
   * How often a call is tried again after 408, 409, 429, 5xx or a connection that failed, at most; or when and how long,
   * in the form of Speakeasy's clients. Never after the first event of a stream. Default: 2.
   */
  maxRetries?: number | RetryConfig | undefined;
  /** More fields for `fetch`, as `dispatcher` or `credentials`. */
  fetchOptions?: Omit<RequestInit, 'method' | 'headers' | 'body' | 'signal'> | undefined;
  /** Sends bodies of at least so many characters compressed with gzip; true: 1024. Default: false. */
  compress?: boolean | number | undefined;
}

/** Options of one call. */
export interface RequestOptions extends CommonOptions {
  /** Fields to put over the parameters in the body, for what the types do not know. */
  body?: Readonly<Record<string, unknown>> | undefined;
  /** Ends the call, and the stream too, with an AbortError. There may be several. */
  signal?: AbortSignal | null | undefined | readonly (AbortSignal | null | undefined)[];
  /** Sent as `idempotency-key` with every attempt of the call; null: none. Default: a random one for each POST. */
  idempotencyKey?: string | null | undefined;
}

/** Options of the least of a client. */
export interface CoreOptions extends CommonOptions {
  /** Credential, or what gives one for each attempt. Default: PARLEY_API_KEY; a server without keys needs none. */
  apiKey?: string | (() => string | Promise<string>) | null | undefined;
  /** Up to and with the `/v1`. Default: PARLEY_BASE_URL, then http://127.0.0.1:4141/v1 */
  baseURL?: string | undefined;
  /** In place of the global `fetch`. */
  fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
  /** Told of what happens, for logs and telemetry. */
  hooks?: Hooks | undefined;
}

/** Options of a client. */
export interface ClientOptions extends CoreOptions {
  /** Opens a connection right away, with `GET /tcp_warming`; whether that succeeds makes no difference. Default: false. */
  warm?: boolean | undefined;
}

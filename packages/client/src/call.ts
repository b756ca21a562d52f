import type { CallInfo } from './hooks.ts';
import type { CoreOptions, Limit, RequestOptions } from './options.ts';
import type { Watch } from './watch.ts';

/** An answer with the HTTP response that carried it. */
export interface WithResponse<T> {
  readonly data: T;
  readonly response: Response;
  /** The server's id of the request. */
  readonly requestId: string | undefined;
}

/** The answer of a call, which is under way already. */
export interface ApiPromise<T> extends Promise<T> {
  /** The response as soon as its head is there, with its body unread and the time limits lifted. */
  asResponse(): Promise<Response>;
  withResponse(): Promise<WithResponse<T>>;
}

export type Method = 'GET' | 'POST' | 'DELETE';

export interface Call extends RequestOptions {
  readonly method: Method;
  /** Below the base URL: `/models`. */
  readonly path: string;
  /** What goes into the body. */
  readonly params?: object | undefined;
}

export type Send = <T>(call: Call) => ApiPromise<T>;

export interface Settings extends CoreOptions {
  readonly baseURL: string;
  /** Aborted when the client is closed. */
  readonly closing: AbortSignal;
}

/** All that the attempts of one call share. */
export interface Run extends Settings {
  readonly call: Call;
  readonly mode: { raw: boolean };
  readonly signals: readonly AbortSignal[];
  readonly info: CallInfo & { attempt: number };
  readonly url: string;
  readonly streamed: boolean;
  readonly watch: Watch;
  readonly idempotencyKey: string;
  /** A time limit; undefined, 0 and Infinity: none. */
  readonly milliseconds: (limit: Limit) => number | undefined;
}

import type { ParleyError } from './errors.ts';

/** A call as hooks see it: one object for all that happens to it. */
export interface CallInfo {
  readonly method: string;
  /** Without the query. */
  readonly url: string;
  /** What was asked for; undefined where the request has no body. */
  readonly body: Readonly<Record<string, unknown>> | undefined;
  /** 1 for the first one. */
  readonly attempt: number;
}

/** What to tell of a call. A hook that throws fails its call. */
export interface Hooks {
  /** An attempt is about to be sent. The credential is not among the headers. */
  request?(call: CallInfo, headers: Headers): void;
  /** Status and headers have come, of whatever status. */
  response?(call: CallInfo, response: Response): void;
  /** An attempt failed; there will be another after so many milliseconds. */
  retry?(call: CallInfo, error: ParleyError, delayMilliseconds: number): void;
  /** A chunk of a stream has come. */
  chunk?(call: CallInfo, chunk: unknown): void;
  /** The call failed for good, or its stream broke off. */
  error?(call: CallInfo, error: ParleyError): void;
}

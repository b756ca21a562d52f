import type { PartialCompletion } from './accumulate.ts';
import type { Limit } from './options.ts';

const SECRETS =
  /(bearer\s+|api[-_]?key["']?\s*[:=]\s*["']?)[^\s"',;&]+|\b((?:sk|csk|pk|hf|gsk)[-_])[\w-]{8,}/gi;

export interface ErrorDetails {
  readonly cause?: unknown;
  readonly requestId?: string | undefined;
  readonly partial?: PartialCompletion | undefined;
}

/** Every failure of this client is one of these. What looks like a credential is taken out of the message. */
export class ParleyError extends Error {
  /** The server's id of the request, where an answer had one. */
  readonly requestId: string | undefined;
  /** What had come of an answer that broke off. */
  readonly partial: PartialCompletion | undefined;

  constructor(message: string, details: ErrorDetails = {}) {
    super(message.replace(SECRETS, '$1$2[redacted]'), details);
    this.requestId = details.requestId;
    this.partial = details.partial;
  }
}

/** No answer came, or the connection broke: the server was not reached, or went away. */
export class ConnectionError extends ParleyError {}

/** A time limit has passed. */
export class TimeoutError extends ParleyError {
  readonly limit: Limit;
  readonly milliseconds: number;

  constructor(limit: Limit, milliseconds: number) {
    super(`The time limit "${limit}" of ${milliseconds} ms has passed.`);
    this.limit = limit;
    this.milliseconds = milliseconds;
  }
}

/** The caller's signal, or `close()`, ended the call. `cause` is the signal's reason. */
export class AbortError extends ParleyError {}

/** The server sent what is no answer of a chat-completions server. */
export class ProtocolError extends ParleyError {}

/**
 * Why a stream broke off. `stalled`: no event within the idle limit; `timeout`: the total limit; `cut`: the connection
 * broke; `unfinished`: it ended in order, but a choice has no finish_reason; `failed`: the server sent an error event;
 * `malformed`: it sent what could not be read.
 */
export type InterruptionReason = 'stalled' | 'timeout' | 'cut' | 'unfinished' | 'failed' | 'malformed';

/** A stream broke off after its first event. `partial` is what had come; `cause` is the error behind it. */
export class StreamInterruptedError extends ParleyError {
  declare readonly partial: PartialCompletion;
  readonly reason: InterruptionReason;

  constructor(reason: InterruptionReason, message: string, details: ErrorDetails) {
    super(`The stream broke off: ${message}`, details);
    this.reason = reason;
  }
}

/** The server answered with an error. The subclasses say what the caller can do about it. */
export class ApiError extends ParleyError {
  /** HTTP status, or what an error event of a stream names in its place. */
  readonly status: number;
  /** Kind of the error, as the server calls it. */
  readonly type: string | undefined;
  readonly code: string | undefined;
  /** JSON path of the parameter that is wrong. */
  readonly param: string | undefined;
  /** Of the response, for example `x-ratelimit-remaining-requests-day`. */
  readonly headers: Headers;

  constructor(status: number, body: unknown, headers: Headers) {
    const { message, type, code, param } = errorFields(body);
    super(`${status} ${text(message)}`, { requestId: requestIdOf(headers) });
    this.status = status;
    this.type = text(type);
    this.code = text(code);
    this.param = text(param);
    this.headers = headers;
  }
}

/** The request cannot be served as it is: change it. 400, 413, 422 and other 4xx. */
export class BadRequestError extends ApiError {}

/** The credential is missing, wrong or not allowed to do this. 401, 403. */
export class AuthenticationError extends ApiError {}

/** There is no such model, stored completion or endpoint. 404. */
export class NotFoundError extends ApiError {}

/** Too many requests: come back later, see `retryAfterMilliseconds(error.headers)`. 429. */
export class RateLimitError extends ApiError {}

/** The server failed or was not ready: the same request may succeed later or elsewhere. 408, 409 and 5xx. */
export class ServerError extends ApiError {}

// Once for all, and as texts: minifiers rename classes.
for (const [name, { prototype }] of Object.entries({
  ParleyError,
  ConnectionError,
  TimeoutError,
  AbortError,
  ProtocolError,
  StreamInterruptedError,
  ApiError,
  BadRequestError,
  AuthenticationError,
  NotFoundError,
  RateLimitError,
  ServerError,
})) {
  prototype.name = name;
}

const KINDS: Readonly<Record<number, typeof ApiError>> = {
  401: AuthenticationError,
  403: AuthenticationError,
  404: NotFoundError,
  408: ServerError,
  409: ServerError,
  429: RateLimitError,
};

export function apiError(status: number, body: unknown, headers: Headers): ApiError {
  return new (KINDS[status] ?? (status < 500 ? BadRequestError : ServerError))(status, body, headers);
}

export function requestIdOf(headers: Headers): string | undefined {
  return headers.get('x-request-id') ?? undefined;
}

/** Bodies of errors are `{error: {...}}`, the inside of that, `{error: "text"}`, `{detail}`, or no JSON at all. */
export function errorFields(body: unknown): Record<string, unknown> {
  if (!isFields(body)) return { message: body };
  const { error } = body;
  return isFields(error) ? error : { ...body, message: body.message ?? error ?? body.detail ?? body };
}

/** What a text says as JSON; undefined if it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** An object of JSON, or a list. */
export function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function text(value: unknown): string | undefined {
  return isFields(value)
    ? JSON.stringify(value)
    : value === undefined || value === null
      ? undefined
      : `${value}`;
}

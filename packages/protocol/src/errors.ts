/** The kinds that OpenAI's and vLLM's clients know; clients switch on them. */
export type ErrorType =
  | 'invalid_request_error'
  | 'authentication_error'
  | 'permission_error'
  | 'not_found_error'
  | 'rate_limit_error'
  | 'timeout_error'
  | 'server_error';

/** OpenAI's error object: all four keys are always present, null where unknown. */
export interface ErrorBody {
  error: { message: string; type: ErrorType; param: string | null; code: string | null };
}

export interface ApiErrorOptions {
  /** HTTP status. */
  status: number;
  type: ErrorType;
  code?: string | null;
  /** JSON path of the offending parameter, as `messages[0].content`. */
  param?: string | null;
  message: string;
  /** Sent as `retry-after`. */
  retryAfterSeconds?: number;
  cause?: unknown;
}

const SECRETS: [RegExp, string][] = [
  [/(bearer\s+)[^\s"',;]+/gi, '$1[redacted]'],
  [/\b(sk|csk|pk|hf|gsk)[-_][A-Za-z0-9_-]{8,}/g, '$1-[redacted]'],
  [/(api[-_]?key["']?\s*[:=]\s*["']?)[^\s"',;&]+/gi, '$1[redacted]'],
];

/** Replaces what looks like a credential. */
export function redact(text: string): string {
  return SECRETS.reduce((out, [pattern, replacement]) => out.replace(pattern, replacement), text);
}

/** The one error that crosses folders. Its message reaches the caller, so credentials are removed on construction. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly type: ErrorType;
  readonly code: string | null;
  readonly param: string | null;
  readonly retryAfterSeconds: number | undefined;

  constructor(options: ApiErrorOptions) {
    super(redact(options.message), { cause: options.cause });
    this.status = options.status;
    this.type = options.type;
    this.code = options.code ?? null;
    this.param = options.param ?? null;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  body(): ErrorBody {
    return { error: { message: this.message, type: this.type, param: this.param, code: this.code } };
  }

  /** For a worker boundary, where class instances lose their prototype. */
  toOptions(): ApiErrorOptions {
    const { status, type, code, param, message, retryAfterSeconds } = this;
    return { status, type, code, param, message, retryAfterSeconds };
  }
}

/** 400: the value of `param` cannot be accepted. */
export function invalidRequest(param: string | null, message: string, code = 'invalid_value'): ApiError {
  return new ApiError({ status: 400, type: 'invalid_request_error', code, param, message });
}

/** 400: a documented parameter that this model does not honour. */
export function unsupportedParameter(param: string, message: string): ApiError {
  return invalidRequest(param, message, 'unsupported_parameter');
}

/** 404: no such model. */
export function modelNotFound(model: string, available: readonly string[]): ApiError {
  const shown = available.slice(0, 10).join(', ');
  return new ApiError({
    status: 404,
    type: 'not_found_error',
    code: 'model_not_found',
    param: 'model',
    message: `The model '${model.slice(0, 200)}' does not exist. Available: ${shown || 'none'}.`,
  });
}

/** 429: overload is never 503, because popular clients retry a 503 at once and for ever. */
export function overloaded(message: string, retryAfterSeconds: number): ApiError {
  return new ApiError({
    status: 429,
    type: 'rate_limit_error',
    code: 'overloaded',
    message,
    retryAfterSeconds,
  });
}

/** 500: a fault of ours. The cause is for the log, never for the caller. */
export function internalError(message: string, cause?: unknown): ApiError {
  return new ApiError({ status: 500, type: 'server_error', code: 'internal_error', message, cause });
}

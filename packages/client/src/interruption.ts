import type { Fields } from './accumulate.ts';
import {
  AbortError,
  ApiError,
  type ErrorDetails,
  errorFields,
  type ParleyError,
  ProtocolError,
  StreamInterruptedError,
  TimeoutError,
} from './errors.ts';

/** What a failure is that comes after the first event of a stream. */
export function interrupted(error: ParleyError, details: ErrorDetails): ParleyError {
  if (error instanceof StreamInterruptedError) return error;
  if (error instanceof AbortError) return new AbortError(error.message, { ...details, cause: error.cause });
  const reason =
    error instanceof TimeoutError
      ? error.limit === 'total'
        ? 'timeout'
        : 'stalled'
      : error instanceof ApiError
        ? 'failed'
        : error instanceof ProtocolError
          ? 'malformed'
          : 'cut';
  return new StreamInterruptedError(reason, error.message, details);
}

/** An error within an answer has no status of its own; servers put it beside the error or into its code. */
export function statusOf(chunk: Fields): number {
  const { status, code, type } = errorFields(chunk);
  const told = Number(chunk.status_code ?? status ?? code);
  if (told >= 400 && told < 600) return told;
  return type === 'rate_limit_error' ? 429 : type === 'invalid_request_error' ? 400 : 500;
}

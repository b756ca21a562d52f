import { ApiError } from '@parley/protocol';

const USAGE = 'usage';

/** What was typed, or written in the configuration, cannot be accepted. Ends the program with status 2. */
export function usageError(param: string | null, message: string): ApiError {
  return new ApiError({ status: 400, type: 'invalid_request_error', code: USAGE, param, message });
}

/** Something outside of the program is not as it must be: a file, a port, a network. Ends it with status 1. */
export function failure(message: string, cause?: unknown): ApiError {
  return new ApiError({ status: 500, type: 'server_error', code: 'failure', message, cause });
}

export function exitCodeOf(error: unknown): number {
  return error instanceof ApiError && error.code === USAGE ? 2 : 1;
}

/** What ends the program, for a person. Faults of ours show their stack first, to find them by. */
export function lastWords(prefix: string, error: unknown): string {
  const line = `${prefix}: ${describeError(error)}`;
  const expected = !(error instanceof Error) || error instanceof ApiError || 'syscall' in error;
  return expected || error.stack === undefined ? line : `${error.stack}\n${line}`;
}

export function describeError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a system error, as ENOENT. */
export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

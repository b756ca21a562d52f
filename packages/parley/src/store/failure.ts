import { ApiError, invalidRequest } from '@parley/protocol/errors';

/**
 * Runs what works on the database. Whatever fails there is a 500 that tells the caller nothing of it. Logs show only the
 * name and the stack of a cause, so SQLite's words for its result code become the name: they are constants that quote
 * neither data nor paths.
 */
export function guarded<T>(what: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof ApiError) throw error;
    if (error instanceof Error && 'errcode' in error && 'errstr' in error) {
      error.name = `SQLite ${String(error.errcode)}: ${String(error.errstr)}`;
    }
    throw new ApiError({
      status: 500,
      type: 'server_error',
      code: 'storage_failed',
      message: what,
      cause: error,
    });
  }
}

export function tooLarge(bytes: number, limit: number): ApiError {
  return invalidRequest(
    'store',
    `The conversation and its answer have ${bytes} bytes; at most ${limit} can be stored. Send store: false.`,
    'out_of_range',
  );
}

import { ApiError, type ApiErrorOptions } from '@parley/protocol/errors';

/** An error as it crosses a thread's boundary, and as it may be logged: no values, no paths, no addresses with passwords. */
export type Failure =
  | { readonly api: ApiErrorOptions }
  | { readonly api?: undefined; readonly name: string; readonly message: string };

export function describeFailure(error: unknown): Failure {
  if (error instanceof ApiError) return { api: error.toOptions() };
  if (!(error instanceof Error)) return { name: 'Error', message: 'unknown' };
  // SQLite's words for its result code are constants that quote neither data nor paths; its message may quote.
  if ('errcode' in error && 'errstr' in error) {
    return { name: `SQLite ${String(error.errcode)}`, message: String(error.errstr) };
  }
  return { name: error.name, message: error.message };
}

export function failureOf(failure: Failure): Error {
  if (failure.api !== undefined) return new ApiError(failure.api);
  const error = new Error(failure.message);
  error.name = failure.name;
  return error;
}

/** 503: the caller did nothing wrong, and may come back. */
export function storeUnavailable(message: string, cause?: unknown): ApiError {
  return new ApiError({
    status: 503,
    type: 'server_error',
    code: 'store_unavailable',
    message,
    retryAfterSeconds: 5,
    cause,
  });
}

/** What goes wrong in the database is a 503, whatever it was; what the caller did wrong stays what it is. */
export async function asked<T>(what: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw storeUnavailable(`${what} The database cannot be asked at the moment.`, error);
  }
}

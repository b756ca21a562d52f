import { ApiError } from '@parley/protocol';

/**
 * 503, unlike overload: it tells a load balancer to try another server. A client that repeats a 503 at once is not
 * fed by it for long, because each of these answers also ends the connection and the listener goes away soon.
 */
export function shuttingDown(message: string): ApiError {
  return new ApiError({
    status: 503,
    type: 'server_error',
    code: 'shutting_down',
    message,
    retryAfterSeconds: 5,
  });
}

export function noSuchPath(path: string): ApiError {
  return new ApiError({
    status: 404,
    type: 'not_found_error',
    code: 'unknown_url',
    message: `There is nothing at ${path.slice(0, 200)}. The reference is at /docs.`,
  });
}

export function wrongMethod(method: string, allow: string): ApiError {
  return new ApiError({
    status: 405,
    type: 'invalid_request_error',
    code: 'method_not_allowed',
    message: `${method} is not possible here. Allowed: ${allow}.`,
  });
}

import { ApiError } from '@parley/protocol/errors';

interface Deadline {
  readonly limitMs: number;
  /** In milliseconds of the engine's clock. */
  readonly at: number;
}

/** When the requests that are willing to wait only so long must have had their turn. */
export class QueueDeadlines {
  readonly #byRequest = new Map<number, Deadline>();

  get size(): number {
    return this.#byRequest.size;
  }

  add(request: number, arrivedAt: number, limitMs: number): void {
    this.#byRequest.set(request, { limitMs, at: arrivedAt + limitMs });
  }

  /** The request has had its turn, or is gone. */
  delete(request: number): void {
    this.#byRequest.delete(request);
  }

  /** The requests whose time is over, with the refusal of each. */
  overdue(now: number): { readonly request: number; readonly refusal: ApiError }[] {
    if (this.#byRequest.size === 0) return [];
    return [...this.#byRequest]
      .filter(([, { at }]) => now >= at)
      .map(([request, { limitMs }]) => ({ request, refusal: waitedTooLong(limitMs) }));
  }
}

function waitedTooLong(limitMs: number): ApiError {
  return new ApiError({
    status: 429,
    type: 'rate_limit_error',
    code: 'queue_threshold_exceeded',
    param: 'queue_threshold',
    message: `The request has waited for ${limitMs} milliseconds, which is its queue_threshold. Please try again later.`,
    retryAfterSeconds: 1,
  });
}

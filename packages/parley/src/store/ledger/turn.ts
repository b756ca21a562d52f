/** How long to wait before the first, second ... try again; the last one stands for all that follow. */
export const RETRY_MS: readonly number[] = [100, 250, 500, 1_000];

export function retryDelay(tries: number, delays: readonly number[] = RETRY_MS): number {
  return delays[Math.min(tries, delays.length - 1)] ?? 0;
}

/** Lets one action run at a time, in the order in which they were asked for. */
export class Turn {
  #last: Promise<unknown> = Promise.resolve();

  take<T>(action: () => Promise<T>): Promise<T> {
    const result = this.#last.then(action);
    this.#last = result.catch(() => undefined);
    return result;
  }
}

/** Rejects when the time is over; what was begun goes on, and its outcome concerns nobody any more. */
export async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`the store does not answer within ${milliseconds} ms`)),
    milliseconds,
  );
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Ends the walk as soon as the signal says so, even where the source does not listen to it: a pending `next` rejects
 * with the signal's reason and the source is told to return. The listener is gone when the walk is over, however it ends.
 */
export function abortable<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncIterableIterator<T> {
  return new AbortableWalk(source[Symbol.asyncIterator](), signal);
}

class AbortableWalk<T> implements AsyncIterableIterator<T> {
  readonly #iterator: AsyncIterator<T>;
  readonly #signal: AbortSignal;
  #over = false;
  #rejectPending: ((reason: unknown) => void) | undefined;

  constructor(iterator: AsyncIterator<T>, signal: AbortSignal) {
    this.#iterator = iterator;
    this.#signal = signal;
    if (signal.aborted) this.#onAbort();
    else signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  next(): Promise<IteratorResult<T>> {
    if (this.#signal.aborted) return Promise.reject(this.#signal.reason);
    if (this.#over) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      this.#rejectPending = reject;
      this.#iterator.next().then(
        (result) => {
          if (result.done) this.#finish();
          resolve(result);
        },
        (error) => {
          this.#finish();
          reject(error);
        },
      );
    });
  }

  async return(value?: unknown): Promise<IteratorResult<T>> {
    if (!this.#over) {
      this.#finish();
      await this.#iterator.return?.();
    }
    return { done: true, value };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #finish(): void {
    this.#over = true;
    this.#signal.removeEventListener('abort', this.#onAbort);
  }

  readonly #onAbort = (): void => {
    this.#finish();
    // A source that ignores the signal may never settle this; its outcome concerns nobody any more.
    this.#iterator.return?.().catch(() => undefined);
    this.#rejectPending?.(this.#signal.reason);
  };
}

import type { ChatEvent } from '../../core/event.ts';

/** How a walk ended: `left`: nobody wanted the rest. */
export type End =
  | { readonly how: 'done' }
  | { readonly how: 'failed'; readonly error: unknown }
  | { readonly how: 'left' };

export interface Watcher {
  /** Sees each event before the reader does. */
  event?(event: ChatEvent): void;
  /** Once. What it returns for a failure is thrown in its place. */
  over(end: End): unknown;
}

/**
 * Events that somebody watches. By hand and not by a generator, because this stands in the way of every event of every
 * stream. `begin` runs at the first `next`; `signal` ends the walk for the watcher also when nobody asks for more.
 */
export class WatchedEvents implements AsyncIterableIterator<ChatEvent> {
  readonly #begin: () => Promise<AsyncIterable<ChatEvent>>;
  readonly #watcher: Watcher;
  readonly #signal: AbortSignal;
  #inner: AsyncIterator<ChatEvent> | undefined;
  #begun = false;
  #over: End['how'] | 'aborted' | undefined;

  constructor(begin: () => Promise<AsyncIterable<ChatEvent>>, watcher: Watcher, signal: AbortSignal) {
    this.#begin = begin;
    this.#watcher = watcher;
    this.#signal = signal;
  }

  next(): Promise<IteratorResult<ChatEvent>> {
    if (this.#over === 'aborted') return Promise.reject(this.#signal.reason);
    if (this.#over) return Promise.resolve({ done: true, value: undefined });
    if (this.#inner === undefined) return this.#first();
    return this.#inner.next().then(this.#onResult, this.#onError);
  }

  async return(value?: unknown): Promise<IteratorResult<ChatEvent>> {
    this.#finish({ how: 'left' });
    await this.#inner?.return?.();
    return { done: true, value };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #first(): Promise<IteratorResult<ChatEvent>> {
    if (this.#begun) throw new Error('a walk has one reader, who waits for each event');
    this.#begun = true;
    try {
      this.#signal.throwIfAborted();
      const events = await this.#begin();
      this.#signal.throwIfAborted();
      this.#inner = events[Symbol.asyncIterator]();
    } catch (error) {
      return this.#onError(error);
    }
    this.#signal.addEventListener('abort', this.#onAbort, { once: true });
    return this.#inner.next().then(this.#onResult, this.#onError);
  }

  readonly #onResult = (result: IteratorResult<ChatEvent>): IteratorResult<ChatEvent> => {
    if (result.done) this.#finish({ how: 'done' });
    else if (!this.#over) this.#watcher.event?.(result.value);
    return result;
  };

  readonly #onError = (error: unknown): never => {
    const instead = this.#finish({ how: 'failed', error });
    // How the call took the news of the end is not what ended it.
    if (this.#over === 'aborted') throw this.#signal.reason;
    throw instead ?? error;
  };

  readonly #onAbort = (): void => {
    this.#finish({ how: 'left' });
    this.#over = 'aborted';
  };

  #finish(end: End): unknown {
    if (this.#over) return undefined;
    this.#over = end.how;
    this.#signal.removeEventListener('abort', this.#onAbort);
    return this.#watcher.over(end);
  }
}

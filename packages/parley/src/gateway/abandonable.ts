/**
 * What a generator yields, for readers who may go while it waits: `return` aborts the signal that it works by, and does
 * not stand in line behind a `next` that is pending. The signal is aborted with the given one too.
 */
export function abandonable<T>(
  signal: AbortSignal,
  open: (signal: AbortSignal, abort: () => void) => AsyncGenerator<T>,
): AsyncIterable<T> {
  return { [Symbol.asyncIterator]: () => new AbandonableIterator(signal, open) };
}

class AbandonableIterator<T> implements AsyncIterator<T> {
  readonly #own = new AbortController();
  readonly #generator: AsyncGenerator<T>;

  constructor(signal: AbortSignal, open: (signal: AbortSignal, abort: () => void) => AsyncGenerator<T>) {
    this.#generator = open(AbortSignal.any([signal, this.#own.signal]), () => this.#own.abort());
  }

  next(): Promise<IteratorResult<T>> {
    return this.#generator.next();
  }

  async return(): Promise<IteratorResult<T>> {
    this.#own.abort();
    await this.#generator.return(undefined);
    return { done: true, value: undefined };
  }
}

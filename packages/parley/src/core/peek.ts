/**
 * Waits for the first item, so that a failure before it can still become an HTTP status, a retry or a fallback.
 * The returned iterable gives that first item again and then the rest; it can be walked once.
 */
export async function peek<T>(source: AsyncIterable<T>): Promise<AsyncIterableIterator<T>> {
  const iterator = source[Symbol.asyncIterator]();
  const first = await iterator.next();
  let taken = false;
  const peeked: AsyncIterableIterator<T> = {
    next() {
      if (taken) return iterator.next();
      taken = true;
      return Promise.resolve(first);
    },
    async return(value) {
      await iterator.return?.(value);
      return { done: true, value };
    },
    [Symbol.asyncIterator]: () => peeked,
  };
  return peeked;
}

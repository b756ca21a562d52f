const END = { done: true, value: undefined } as const;

/**
 * Lets several readers each see all that one iterator gives from now on: a function that makes readers. What a slow one
 * has not read is kept for it. The iterator is closed when the last one leaves early.
 */
export function fork<T>(source: AsyncIterator<T, unknown>): () => AsyncIterableIterator<T> {
  const queues = new Set<Promise<IteratorResult<T, unknown>>[]>();
  return () => {
    const queue: Promise<IteratorResult<T, unknown>>[] = [];
    queues.add(queue);
    return {
      [Symbol.asyncIterator]() {
        return this;
      },
      async next() {
        if (!queue.length && queues.has(queue)) {
          const item = source.next();
          for (const each of queues) each.push(item);
        }
        const item = await queue.shift();
        return item && !item.done ? item : END;
      },
      async return() {
        queue.length = 0;
        queues.delete(queue);
        if (!queues.size) await source.return?.();
        return END;
      },
    };
  };
}

/** Two readers of what is still to come of a stream; each sees all of it. */
export function tee<T>(
  source: AsyncIterator<T, unknown>,
): [AsyncIterableIterator<T>, AsyncIterableIterator<T>] {
  const branch = fork(source);
  return [branch(), branch()];
}

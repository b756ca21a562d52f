/** All that an iteration gives. `Array.fromAsync` is younger than the oldest runtime that is supported. */
export async function collect<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of iterable) items.push(item);
  return items;
}

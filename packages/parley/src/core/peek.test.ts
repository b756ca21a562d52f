import assert from 'node:assert/strict';
import { test } from 'node:test';
import { peek } from './peek.ts';

test('gives the first item again, then the rest', async () => {
  async function* source() {
    yield* [1, 2, 3];
  }
  const seen: number[] = [];
  for await (const item of await peek(source())) seen.push(item);
  assert.deepEqual(seen, [1, 2, 3]);
});

test('a failure before the first item rejects the peek itself', async () => {
  const source: AsyncIterable<number> = {
    [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('early')) }),
  };
  await assert.rejects(peek(source), /early/);
});

test('breaking off ends the source', async () => {
  let ended = false;
  async function* source() {
    try {
      yield* [1, 2, 3];
    } finally {
      ended = true;
    }
  }
  for await (const item of await peek(source())) if (item === 1) break;
  assert.equal(ended, true);
});

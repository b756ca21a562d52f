import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from './random.ts';
import { below } from './sampling.fixture.ts';
import { ThresholdSearch } from './threshold.ts';

function naive(values: Float32Array, weights: Float32Array | undefined, target: number) {
  const order = [...values.keys()].filter((i) => values[i]! > -Infinity);
  order.sort((a, b) => values[b]! - values[a]! || a - b);
  let sum = 0;
  for (const index of order) {
    sum += weights?.[index] ?? 1;
    if (sum >= target) return { value: values[index]!, index };
  }
  return undefined;
}

test('finds what a full sort finds, with many equal values, few, and values all equal', () => {
  const random = new Random(1n);
  const search = new ThresholdSearch();
  let found = 0;
  for (let round = 0; round < 1500; round++) {
    const count = 1 + below(random, round % 3 === 0 ? 2000 : 60);
    const levels = [1, 2, 7, 1e9][round % 4]!;
    const values = Float32Array.from({ length: count }, () => Math.fround(below(random, levels) / 3));
    if (round % 5 === 0) values[below(random, count)] = -Infinity;
    // Multiples of 1/8 add up exactly in any order.
    const weights = round % 2 === 0 ? undefined : values.map(() => below(random, 9) / 8);
    const total = weights === undefined ? count : weights.reduce((a, b) => a + b, 0);
    const target =
      weights === undefined ? 1 + below(random, count + 2) : (below(random, 100) / 98) * total + 0.01;
    const expected = naive(values, weights, target);
    assert.deepEqual(search.find(values, weights, count, target, new Int32Array(count)), expected);
    if (expected !== undefined) found++;
  }
  assert.ok(found > 1000 && found < 1500);
});

test('values over the whole range of floats', () => {
  const values = Float32Array.from({ length: 100 }, (_, i) => (i % 2 ? 1 : -1) * 10 ** ((i % 37) - 20));
  const found = new ThresholdSearch().find(values, undefined, 100, 50, new Int32Array(100));
  assert.deepEqual(found, naive(values, undefined, 50));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../sampler/random.ts';
import { below } from '../sampler/sampling.fixture.ts';
import { packStrings, SortedStrings } from './sorted-strings.ts';

test('sorts by bytes, a beginning before what goes on, and finds every range of equal beginnings', () => {
  const random = new Random(5n);
  for (let round = 0; round < 200; round++) {
    const bytes = [
      [0, 1],
      [97, 98],
      [0, 97, 255],
    ][round % 3]!;
    const strings = Array.from({ length: 1 + below(random, 60) }, () =>
      Buffer.from(Array.from({ length: below(random, 8) }, () => bytes[below(random, bytes.length)]!)),
    );
    const chosen = [...strings.keys()].filter(() => round % 2 === 0 || random.uniform() < 0.5);
    const sorted = new SortedStrings(packStrings(strings), chosen);
    const expected = [...chosen].sort((a, b) => Buffer.compare(strings[a]!, strings[b]!));
    const hex = (id: number) => strings[id]!.toString('hex');
    assert.deepEqual([...sorted.order].map(hex), expected.map(hex));
    assert.deepEqual([...sorted.order].sort(), [...chosen].sort());
    for (const string of strings) {
      let [low, high] = [0, sorted.size];
      for (const [at, byte] of string.entries()) {
        low = sorted.bound(low, high, at, byte);
        high = sorted.bound(low, high, at, byte + 1);
      }
      const found = [...sorted.order.subarray(low, high)].sort();
      const begin = (id: number) => strings[id]!.subarray(0, string.length).equals(string);
      assert.deepEqual(found, [...chosen].filter(begin).sort());
    }
  }
});

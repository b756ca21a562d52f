import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deriveSeed, Random } from './random.ts';

test('the state of seed 0 is that of the published SplitMix64, and the output that of xoshiro128++', () => {
  // SplitMix64 from 0 gives e220a8397b1dcdaf, 6e789e6aa1b965f4. The first output is rotl(s0 + s3, 7) + s0.
  const s0 = 0x7b1dcdafn;
  const s3 = 0x6e789e6an;
  const sum = BigInt.asUintN(32, s0 + s3);
  const rotated = BigInt.asUintN(32, (sum << 7n) | (sum >> 25n));
  assert.equal(new Random(0n).next32(), Number(BigInt.asUintN(32, rotated + s0)));
});

test('any integer is a seed, modulo 2^64', () => {
  const first = (seed: bigint) => new Random(seed).next32();
  assert.equal(first(-1n), first(2n ** 64n - 1n));
  assert.equal(first(5n), first(2n ** 64n + 5n));
  assert.notEqual(first(5n), first(5n + 2n ** 32n));
  assert.notEqual(first(5n), first(5n + 2n ** 63n));
});

test('the first choice keeps the seed, the others get seeds of their own', () => {
  assert.equal(deriveSeed(42n, 0), 42n);
  assert.equal(deriveSeed(-1n, 0), 2n ** 64n - 1n);
  const seeds = new Set<bigint>();
  for (let seed = 0n; seed < 50n; seed++)
    for (let choice = 0; choice < 50; choice++) seeds.add(deriveSeed(seed, choice));
  assert.equal(seeds.size, 2500);
});

test('uniform numbers fill [0, 1) evenly', () => {
  const random = new Random(9n);
  const bins = new Array<number>(100).fill(0);
  for (let i = 0; i < 100_000; i++) {
    const u = random.uniform();
    assert.ok(u >= 0 && u < 1);
    bins[Math.floor(u * 100)]! += 1;
  }
  const chiSquare = bins.reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0);
  assert.ok(chiSquare > 60 && chiSquare < 150, `chi-square ${chiSquare} with 99 degrees of freedom`);
});

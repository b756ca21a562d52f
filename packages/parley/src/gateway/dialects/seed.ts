import { seedToUint64 } from '@parley/protocol';

/**
 * The seed as a number that JSON writes exactly and that has at most so many bits; larger ones are cut, always in the
 * same way, so that they stay reproducible.
 */
export function seedWithin(seed: number | string, bits: 31 | 53): number {
  const value = Number(seed);
  const limit = 2 ** bits;
  if (Number.isSafeInteger(value) && Math.abs(value) < limit) return value;
  return Number(BigInt.asUintN(bits, seedToUint64(seed)));
}

const GOLDEN_GAMMA = 0x9e3779b97f4a7c15n;

/** SplitMix64's output function (Steele, Lea, Flood 2014), a bijection of 64-bit values. */
function mix64(value: bigint): bigint {
  let z = BigInt.asUintN(64, value);
  z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
  z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
  return z ^ (z >> 31n);
}

/** Seed of the `choice`-th of n choices: the seed itself for the first, independent ones for the others. */
export function deriveSeed(seed: bigint, choice: number): bigint {
  const base = BigInt.asUintN(64, seed);
  return choice === 0 ? base : mix64(base + BigInt(choice) * GOLDEN_GAMMA);
}

/** xoshiro128++ (Blackman, Vigna 2019), seeded by SplitMix64 from the lower 64 bits of any integer. */
export class Random {
  readonly #state = new Int32Array(4);

  constructor(seed: bigint) {
    for (let i = 0; i < 2; i++) {
      const word = mix64(seed + BigInt(i + 1) * GOLDEN_GAMMA);
      this.#state[2 * i] = Number(BigInt.asIntN(32, word));
      this.#state[2 * i + 1] = Number(BigInt.asIntN(32, word >> 32n));
    }
  }

  /** 32 random bits, as an unsigned integer. */
  next32(): number {
    const s = this.#state;
    const sum = (s[0]! + s[3]!) | 0;
    const result = (((sum << 7) | (sum >>> 25)) + s[0]!) >>> 0;
    const t = s[1]! << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= t;
    s[3] = (s[3]! << 11) | (s[3]! >>> 21);
    return result;
  }

  /** Uniform over the multiples of 2^-53 in [0, 1). */
  uniform(): number {
    const high = this.next32() >>> 5;
    const low = this.next32() >>> 6;
    return (high * 0x4000000 + low) / 0x20000000000000;
  }
}

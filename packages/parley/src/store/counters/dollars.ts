import type { Nanodollars } from '../../core/ledger.ts';

const NANO = 1_000_000_000n;

/** Whole dollars, rounded down, and the nanodollars above them: two numbers that doubles hold exactly. */
export function dollars(money: Nanodollars): [whole: number, nano: number] {
  const nano = ((money % NANO) + NANO) % NANO;
  return [Number((money - nano) / NANO), Number(nano)];
}

export function fromDollars(whole: string | undefined, nano: string | undefined): Nanodollars {
  return BigInt(whole ?? '0') * NANO + BigInt(nano ?? '0');
}

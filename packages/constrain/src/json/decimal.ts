/** An exact decimal number: digits * 10^-scale, scale >= 0, without trailing zeros in the digits when scale > 0. */
export type Decimal = { readonly digits: bigint; readonly scale: number };

export function decimal(digits: bigint, scale: number): Decimal {
  let [d, s] = [digits, scale];
  while (s > 0 && d % 10n === 0n) {
    d /= 10n;
    s--;
  }
  return { digits: d, scale: s };
}

/** The decimal that a number's shortest text denotes: 0.1 is one tenth, not the nearest double. */
export function decimalOf(value: number): Decimal {
  const found = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value));
  if (!found) throw new RangeError(`not a finite number: ${value}`);
  const fraction = found[3] ?? '';
  const digits = BigInt(`${found[1]}${found[2]}${fraction}`);
  const scale = fraction.length - Number(found[4] ?? 0);
  return scale >= 0 ? decimal(digits, scale) : decimal(digits * 10n ** BigInt(-scale), 0);
}

/** The digits at a scale that is at least the number's own. */
export function atScale(value: Decimal, scale: number): bigint {
  return value.digits * 10n ** BigInt(scale - value.scale);
}

export function compareDecimals(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale);
  const [x, y] = [atScale(a, scale), atScale(b, scale)];
  return x < y ? -1 : x > y ? 1 : 0;
}

export function isMultiple(value: Decimal, of: Decimal): boolean {
  const scale = Math.max(value.scale, of.scale);
  return atScale(value, scale) % atScale(of, scale) === 0n;
}

export function leastCommonMultiple(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  const [x, y] = [atScale(a, scale), atScale(b, scale)];
  let [m, n] = [x, y];
  while (n !== 0n) [m, n] = [n, m % n];
  return decimal((x / m) * y, scale);
}

export function decimalText(value: Decimal): string {
  const negative = value.digits < 0n;
  const digits = (negative ? -value.digits : value.digits).toString().padStart(value.scale + 1, '0');
  const whole = digits.slice(0, digits.length - value.scale);
  const text = value.scale > 0 ? `${whole}.${digits.slice(digits.length - value.scale)}` : whole;
  return negative ? `-${text}` : text;
}

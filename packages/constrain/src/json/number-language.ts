import type { Fuel } from '../errors.ts';
import { atScale, type Decimal, decimal, decimalOf, isMultiple } from './decimal.ts';
import type { Bound, NumberShape } from './shape.ts';

/** Digits before the point; doubles have at most 309, and no sensible text needs as many. */
const MAX_WHOLE = 30;
const MAX_FRACTION = 25;
/** Where values must stay distinct after parsing into doubles. */
const SAFE_WHOLE = 15;

type Sign = { low: bigint; high: bigint | null; references: { whole: string; digits: string }[] };

/** The arithmetic of one number shape, in units of 10^-fraction. */
export class NumberLanguage {
  readonly free: boolean;
  readonly maxWhole: number;
  readonly maxFraction: number;
  readonly positive: Sign;
  readonly negative: Sign;
  readonly #step: bigint;
  readonly #shape: NumberShape;
  readonly #fuel: Fuel;

  constructor(shape: NumberShape, fuel: Fuel) {
    const { low, high, step, notSteps, excluded } = shape;
    this.#shape = shape;
    this.#fuel = fuel;
    const distinct = notSteps.length + excluded.length > 0;
    this.free = !low && !high && !step && !distinct;
    this.maxFraction = step ? step.scale : distinct ? 6 : MAX_FRACTION;
    const precise = (step && (step.scale > 0 || step.digits !== 1n)) || distinct;
    this.maxWhole = precise ? SAFE_WHOLE - Math.min(this.maxFraction, 14) : MAX_WHOLE;
    if (step && step.scale === 0 && precise) this.maxWhole = SAFE_WHOLE;
    this.#step = step ? step.digits : 1n;
    const [from, to] = step ? [low, high] : [representable(low, 1), representable(high, -1)];
    this.positive = this.#sign(from, to, 1n);
    this.negative = this.#sign(to, from, -1n);
  }

  #sign(low: Bound | null, high: Bound | null, sign: 1n | -1n): Sign {
    const references = [low?.value, high?.value, ...this.#shape.excluded].filter((d) => d !== undefined);
    return {
      low: low ? this.#unit(low, sign, 1n) : 0n,
      high: high ? this.#unit(high, sign, -1n) : null,
      references: references.filter((d) => d.digits * sign >= 0n).map(referenceOf),
    };
  }

  /** The first unit at or beyond a bound, towards the inside of the range. */
  #unit(bound: Bound, sign: bigint, inside: 1n | -1n): bigint {
    const scale = Math.max(bound.value.scale, this.maxFraction);
    const exact = atScale(bound.value, scale) * sign;
    const unit = 10n ** BigInt(scale - this.maxFraction);
    const floor = floorDivide(exact, unit);
    const whole = exact % unit === 0n;
    if (inside === 1n) return whole ? floor + (bound.inclusive ? 0n : 1n) : floor + 1n;
    return whole && !bound.inclusive ? floor - 1n : floor;
  }

  /** Whether some magnitude from `from` through `to` (units) is a value of the language. */
  some(negative: boolean, from: bigint, to: bigint): boolean {
    const sign = negative ? this.negative : this.positive;
    const low = from > sign.low ? from : sign.low;
    const high = sign.high !== null && sign.high < to ? sign.high : to;
    let value = -floorDivide(-low, this.#step) * this.#step;
    for (let tries = 0; tries < 1000 && value <= high; tries++, value += this.#step) {
      this.#fuel.spend();
      if (!this.#removed(negative, value)) return true;
    }
    return false;
  }

  #removed(negative: boolean, magnitude: bigint): boolean {
    const { notSteps, excluded } = this.#shape;
    if (notSteps.length + excluded.length === 0) return false;
    const value = decimal(negative ? -magnitude : magnitude, this.maxFraction);
    return notSteps.some((s) => isMultiple(value, s)) || excluded.some((e) => isSame(e, value));
  }

  /** What decides the future of a text besides its digits' order against the references. */
  residue(digits: bigint, fraction: number): string {
    let out = this.#step === 1n ? '' : String(digits % this.#step);
    for (const step of this.#shape.notSteps) {
      out += `,${digits % (step.digits * 10n ** BigInt(Math.max(0, fraction - step.scale)))}`;
    }
    return out;
  }
}

const isSame = (a: Decimal, b: Decimal) => a.digits === b.digits && a.scale === b.scale;

function floorDivide(a: bigint, b: bigint): bigint {
  const q = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? q - 1n : q;
}

function referenceOf(value: Decimal): { whole: string; digits: string } {
  const magnitude = (value.digits < 0n ? -value.digits : value.digits)
    .toString()
    .padStart(value.scale + 1, '0');
  return { whole: magnitude.slice(0, magnitude.length - value.scale), digits: magnitude };
}

/**
 * An exclusive bound becomes the inclusive bound of the next double, so that no decimal text between the two,
 * which a parser of doubles would round onto the bound, is allowed.
 */
function representable(bound: Bound | null, direction: 1 | -1): Bound | null {
  if (!bound || bound.inclusive) return bound;
  const value = Number(bound.value.digits) / 10 ** bound.value.scale;
  const next = neighbour(value, direction);
  // Beyond the largest double there is none: the bound stays as it was written.
  return Number.isFinite(next) ? { value: decimalOf(next), inclusive: true } : bound;
}

function neighbour(value: number, direction: 1 | -1): number {
  if (value === 0) return direction * 1e-20;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  view.setBigInt64(0, view.getBigInt64(0) + BigInt(value > 0 ? direction : -direction));
  return view.getFloat64(0);
}

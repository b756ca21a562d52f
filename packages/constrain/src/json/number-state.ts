import type { Fuel } from '../errors.ts';
import { move } from '../regex/moves.ts';
import type { Re, RePool } from '../regex/pool.ts';
import { decimalText } from './decimal.ts';
import { NumberLanguage } from './number-language.ts';
import type { NumberShape } from './shape.ts';

/** A number's text read so far; equal futures are the same object. */
export interface NumberState {
  readonly id: number;
  readonly accepting: boolean;
  /** The state after one more byte, or null when no number of the shape goes on like this. */
  step(byte: number): NumberState | null;
}

type Phase = 'start' | 'minus' | 'zero' | 'whole' | 'point' | 'fraction' | 'e' | 'sign' | 'exponent';
type Reading = { phase: Phase; negative: boolean; whole: number; fraction: number; digits: string };

const isDigit = (byte: number) => byte >= 0x30 && byte <= 0x39;

/** Makes the number states of one grammar. */
export class NumberStates {
  #count = 0;
  readonly #starts = new Map<string, NumberState>();
  readonly #words = new Map<Re, NumberState>();
  readonly #pool: RePool;
  readonly #fuel: Fuel;

  constructor(pool: RePool, fuel: Fuel) {
    this.#pool = pool;
    this.#fuel = fuel;
  }

  start(shape: NumberShape): NumberState {
    let state = this.#starts.get(shape.key);
    if (!state) {
      state = shape.values ? this.#listed(shape) : this.#counted(shape);
      this.#starts.set(shape.key, state);
    }
    return state;
  }

  live(shape: NumberShape): boolean {
    if (shape.values) return shape.values.length > 0;
    const language = new NumberLanguage(shape, this.#fuel);
    if (language.free) return true;
    const top = 10n ** BigInt(language.maxWhole + language.maxFraction) - 1n;
    return language.some(false, 0n, top) || language.some(true, 0n, top);
  }

  #listed(shape: NumberShape): NumberState {
    const texts = shape.values!.flatMap((v) => [decimalText(v), String(Number(decimalText(v)))]);
    return this.#word(this.#pool.words(texts));
  }

  #word(re: Re): NumberState {
    let state = this.#words.get(re);
    if (!state) {
      const next = (byte: number) => move(this.#pool, re, byte);
      state = {
        id: this.#count++,
        accepting: re.nullable,
        step: (byte) => (next(byte).kind === 'empty' ? null : this.#word(next(byte))),
      };
      this.#words.set(re, state);
    }
    return state;
  }

  #counted(shape: NumberShape): NumberState {
    const context: Context = {
      language: new NumberLanguage(shape, this.#fuel),
      table: new Map(),
      nextId: () => {
        this.#fuel.spend(8);
        return this.#count++;
      },
    };
    const first = { phase: 'start', negative: false, whole: 0, fraction: 0, digits: '' } as const;
    return new CountedState(context, first, 'start');
  }
}

type Context = { language: NumberLanguage; table: Map<string, CountedState>; nextId: () => number };

class CountedState implements NumberState {
  readonly id: number;
  readonly accepting: boolean;
  readonly #context: Context;
  readonly #reading: Reading;
  readonly #next: (NumberState | null | undefined)[] = [];

  constructor(context: Context, reading: Reading, key: string) {
    this.#context = context;
    this.#reading = reading;
    this.id = context.nextId();
    this.accepting = accepts(context.language, reading);
    context.table.set(key, this);
  }

  step(byte: number): NumberState | null {
    const slot = isDigit(byte) ? byte - 0x30 : '-.eE+'.indexOf(String.fromCharCode(byte)) + 10;
    if (slot === 9 && byte !== 0x39) return null;
    let next = this.#next[slot];
    if (next === undefined) {
      next = this.#make(byte);
      this.#next[slot] = next;
    }
    return next;
  }

  #make(byte: number): NumberState | null {
    const { language, table } = this.#context;
    const reading = read(this.#reading, byte, language);
    if (!reading) return null;
    const key = keyOf(reading, language);
    const known = table.get(key);
    if (known) return known;
    return goesOn(reading, language) ? new CountedState(this.#context, reading, key) : null;
  }
}

function read(at: Reading, byte: number, language: NumberLanguage): Reading | null {
  const digit = isDigit(byte);
  const c = String.fromCharCode(byte);
  switch (at.phase) {
    case 'start':
      if (c === '-') return { ...at, phase: 'minus', negative: true };
      return digit ? firstDigit(at, c) : null;
    case 'minus':
      return digit ? firstDigit(at, c) : null;
    case 'zero':
    case 'whole':
      if (digit && at.phase === 'whole' && at.whole < language.maxWhole) {
        return { ...at, whole: at.whole + 1, digits: at.digits + c };
      }
      if (c === '.') return language.maxFraction > 0 ? { ...at, phase: 'point' } : null;
      return exponentMark(at, c, language);
    case 'point':
    case 'fraction':
      if (digit) {
        if (at.fraction >= language.maxFraction) return null;
        return { ...at, phase: 'fraction', fraction: at.fraction + 1, digits: at.digits + c };
      }
      return at.phase === 'fraction' ? exponentMark(at, c, language) : null;
    default:
      return exponent(at, c, digit);
  }
}

function firstDigit(at: Reading, c: string): Reading {
  return { ...at, phase: c === '0' ? 'zero' : 'whole', whole: 1, digits: c };
}

function exponentMark(at: Reading, c: string, language: NumberLanguage): Reading | null {
  return language.free && (c === 'e' || c === 'E') ? { ...at, phase: 'e', whole: 2 } : null;
}

/** Up to e+99 and e-299: always a finite double. `whole` counts the digits that may follow. */
function exponent(at: Reading, c: string, digit: boolean): Reading | null {
  if (at.phase === 'e' && (c === '+' || c === '-')) return { ...at, phase: 'sign', whole: c === '-' ? 3 : 2 };
  if (!digit || at.whole === 0) return null;
  const short = at.phase === 'sign' && at.whole === 3 && c > '2';
  return { ...at, phase: 'exponent', whole: short ? 1 : at.whole - 1 };
}

function span(at: Reading, extra: number, language: NumberLanguage): [bigint, bigint] {
  const digits = BigInt(at.digits || '0');
  const unit = 10n ** BigInt(language.maxFraction - at.fraction + extra);
  return [digits * unit, (digits + 1n) * unit - 1n];
}

function accepts(language: NumberLanguage, at: Reading): boolean {
  if (at.phase === 'exponent') return true;
  if (at.phase !== 'zero' && at.phase !== 'whole' && at.phase !== 'fraction') return false;
  if (language.free) return true;
  const [value] = span(at, 0, language);
  return language.some(at.negative, value, value);
}

function goesOn(at: Reading, language: NumberLanguage): boolean {
  if (language.free) return true;
  if (at.phase === 'minus') {
    return language.some(true, 0n, 10n ** BigInt(language.maxWhole + language.maxFraction) - 1n);
  }
  const extra = at.phase === 'whole' ? language.maxWhole - at.whole : 0;
  for (let more = 0; more <= extra; more++) {
    if (language.some(at.negative, ...span(at, more, language))) return true;
  }
  return false;
}

function keyOf(at: Reading, language: NumberLanguage): string {
  const head = `${at.phase},${at.negative},${at.whole},${at.fraction}`;
  if (language.free || at.digits === '') return head;
  const sign = at.negative ? language.negative : language.positive;
  const order = sign.references.map((r) => orderOf(at, r.whole, r.digits)).join('');
  return `${head},${order},${language.residue(BigInt(at.digits), at.fraction)}`;
}

/** How the text compares with a reference as far as both are known. */
function orderOf(at: Reading, whole: string, digits: string): string {
  const finished = at.fraction > 0 || at.phase === 'point' || at.phase === 'zero';
  if (at.whole > whole.length || (finished && at.whole < whole.length))
    return at.whole > whole.length ? '>' : '<';
  const same = digits.padEnd(at.digits.length, '0').slice(0, at.digits.length);
  return at.digits === same ? '=' : at.digits < same ? '<' : '>';
}

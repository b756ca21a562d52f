import { MAX_CODE_POINT } from '../regex/charset.ts';
import { furthestEnd } from '../regex/lengths.ts';
import { move, movesOf, pieceAt } from '../regex/moves.ts';
import { type ExitTag, Lex, type LexNext } from './lex.ts';
import type { Lexers } from './lexers.ts';
import {
  type FreeReadings,
  insideAny,
  isInsideAny,
  plainOnly,
  type Reading,
  START_PHASE,
  type StringPhase,
  simplified,
} from './string-reading.ts';

const ESCAPES: Readonly<Record<number, number>> = {
  34: 0x22,
  92: 0x5c,
  47: 0x2f,
  98: 8,
  102: 12,
  110: 10,
  114: 13,
  116: 9,
};

/** Inside a JSON string, after the opening quote: decodes UTF-8 and escapes into code points for every reading. */
export class StringLex extends Lex {
  readonly lexers: Lexers;
  readonly readings: readonly Reading[];
  readonly phase: StringPhase;
  /** Whether the position is free, once somebody has asked. */
  free: FreeReadings | null | undefined = undefined;
  #beyondAscii: StringLex | null | undefined | false = false;
  #within: { readonly points: number; readonly lex: StringLex } | undefined;

  constructor(id: number, lexers: Lexers, readings: readonly Reading[], phase: StringPhase) {
    super(id);
    this.lexers = lexers;
    this.readings = readings;
    this.phase = phase;
  }

  override get transient(): boolean {
    return this.phase.mode === 'utf8' && !isInsideAny(this.phase);
  }

  /**
   * A position that allows the same tokens, if none has more than so many code points: bounds that no token can reach
   * are dropped, so that long strings share their masks.
   */
  within(points: number): StringLex {
    if (this.#within?.points !== points) this.#within = { points, lex: this.#computeWithin(points) };
    return this.#within.lex;
  }

  #computeWithin(points: number): StringLex {
    const { any } = this.lexers.algebra.pool;
    const readings = this.readings.map((r) => {
      const { min, max } = r;
      if (r.re === any && (min > points + 1 || (max > points && max !== Infinity))) {
        return { ...r, min: Math.min(min, points + 1), max: max > points ? Infinity : max };
      }
      if (max === Infinity || min > 0) return r;
      const need = furthestEnd(r.re);
      return need !== null && max > points + need ? { ...r, max: Infinity } : r;
    });
    return readings.some((r, i) => r !== this.readings[i]) ? this.lexers.string(readings, this.phase) : this;
  }

  /** Whether nothing is required of the rest of the string. */
  get open(): boolean {
    const { any } = this.lexers.algebra.pool;
    const free = this.readings.every((r) => r.re === any && r.min === 0 && r.max === Infinity);
    return free && this.phase === START_PHASE;
  }

  /** Where every character outside ASCII leads, if all of them lead to the same position; else undefined. */
  get beyondAscii(): StringLex | null | undefined {
    if (this.#beyondAscii === false) this.#beyondAscii = this.#computeBeyond();
    return this.#beyondAscii;
  }

  #computeBeyond(): StringLex | null | undefined {
    if (this.phase !== START_PHASE) return undefined;
    for (const { re } of this.readings) {
      const { starts, to } = movesOf(this.lexers.algebra.pool, re);
      const first = pieceAt(starts, 0x80);
      for (let i = first + 1; i < starts.length; i++) if (to[i] !== to[first]) return undefined;
    }
    return this.#point(0x10fffd) as StringLex | null;
  }

  protected override compute(byte: number): LexNext {
    switch (this.phase.mode) {
      case 'plain':
        return this.#plain(byte);
      case 'utf8':
        return this.#continuation(byte);
      case 'escape':
        if (byte === 0x75) return this.#phase({ mode: 'hex', value: 0, left: 4, high: 0 }, 0, 0xffff);
        return ESCAPES[byte] === undefined ? null : this.#point(ESCAPES[byte]);
      case 'hex':
        return this.#hex(byte);
      case 'low-backslash':
        return byte === 0x5c ? this.lexers.string(this.readings, { ...this.phase, mode: 'low-u' }) : null;
      case 'low-u':
        if (byte !== 0x75) return null;
        return this.lexers.string(this.readings, { ...this.phase, mode: 'hex', value: 0, left: 4 });
    }
  }

  #plain(byte: number): LexNext {
    if (byte === 0x22) return this.#close();
    if (byte < 0x20) return null;
    if (byte === 0x5c) return this.#phase({ mode: 'escape', value: 0, left: 0, high: 0 }, 0, MAX_CODE_POINT);
    if (byte < 0x80) return this.#point(byte);
    if (byte < 0xc2 || byte > 0xf4) return null;
    const left = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    return this.#utf8(byte & (0x3f >> left), left, [0x80, 0x800, 0x10000][left - 1]!);
  }

  #utf8(value: number, left: number, least: number): LexNext {
    const low = value * 64 ** left;
    const high = low + 64 ** left - 1;
    if (high < least || low > MAX_CODE_POINT || (low >= 0xd800 && high <= 0xdfff)) return null;
    if (left === 0) return this.#point(value);
    const whole = low >= least && high <= MAX_CODE_POINT && (high < 0xd800 || low > 0xdfff);
    if (whole && isInsideAny(this.phase)) return this.lexers.string(this.readings, insideAny(left));
    if (whole && this.beyondAscii !== undefined) {
      return this.beyondAscii && this.lexers.string(this.readings, insideAny(left));
    }
    return this.#phase({ mode: 'utf8', value, left, high: least }, Math.max(low, least), high);
  }

  #continuation(byte: number): LexNext {
    if (byte < 0x80 || byte > 0xbf) return null;
    return this.#utf8(this.phase.value * 64 + (byte & 0x3f), this.phase.left - 1, this.phase.high);
  }

  #hex(byte: number): LexNext {
    const digit = Number.parseInt(String.fromCharCode(byte), 16);
    if (Number.isNaN(digit)) return null;
    const { left, high } = this.phase;
    const value = this.phase.value * 16 + digit;
    const from = value * 16 ** (left - 1);
    const to = from + 16 ** (left - 1) - 1;
    if (high > 0) return this.#lowSurrogate(value, left - 1, from, to);
    if (left > 1) return this.#phase({ mode: 'hex', value, left: left - 1, high: 0 }, from, to);
    if (plainOnly(value) || (value >= 0xdc00 && value <= 0xdfff)) return null;
    if (value < 0xd800 || value > 0xdfff) return this.#point(value);
    const first = 0x10000 + (value - 0xd800) * 0x400;
    return this.#phase({ mode: 'low-backslash', value: 0, left: 0, high: value }, first, first + 0x3ff);
  }

  #lowSurrogate(value: number, left: number, from: number, to: number): LexNext {
    const base = 0x10000 + (this.phase.high - 0xd800) * 0x400 - 0xdc00;
    const [low, high] = [Math.max(from, 0xdc00), Math.min(to, 0xdfff)];
    if (low > high) return null;
    if (left === 0) return this.#point(base + value);
    return this.#phase({ ...this.phase, value, left }, base + low, base + high);
  }

  /** The phase, if some code point in the range leads on; a range that touches the surrogates may also pair them. */
  #phase(phase: StringPhase, low: number, high: number): LexNext {
    const { mode } = phase;
    const pairs = mode === 'hex' && phase.high === 0 && high >= 0xd800 && low <= 0xdbff;
    const escaped = mode === 'escape' || (mode === 'hex' && phase.high === 0);
    const alive =
      (escaped ? this.#aliveEscaped(low, high, mode === 'escape') : this.#alive(low, high)) ||
      (pairs && this.#alivePaired(Math.max(low, 0xd800), Math.min(high, 0xdbff)));
    return alive ? this.lexers.string(this.readings, phase) : null;
  }

  /** The characters whose escapes begin with these high surrogates. */
  #alivePaired(low: number, high: number): boolean {
    return this.#alive(0x10000 + (low - 0xd800) * 0x400, 0x10000 + (high - 0xd800) * 0x400 + 0x3ff);
  }

  /** The range without the characters that are never written as `\\u`. */
  #aliveEscaped(low: number, high: number, simple: boolean): boolean {
    if (low < 0x20 && this.#alive(low, Math.min(high, 0x1f))) return true;
    if (high > 0x7e && this.#alive(Math.max(low, 0x7f), high)) return true;
    return simple && [0x22, 0x2f, 0x5c].some((c) => this.#alive(c, c));
  }

  #alive(low: number, high: number): boolean {
    const { pool, liveness } = this.lexers.algebra;
    for (const { re, min, max } of this.readings) {
      if (max === 0) continue;
      const { starts, to } = movesOf(pool, re);
      for (let i = pieceAt(starts, low); i < starts.length && starts[i]! <= high; i++) {
        const end = i + 1 < starts.length ? starts[i + 1]! - 1 : MAX_CODE_POINT;
        if (Math.max(starts[i]!, low) >= 0xd800 && Math.min(end, high) <= 0xdfff) continue;
        if (liveness.liveWithin(to[i]!, Math.max(0, min - 1), max - 1)) return true;
      }
    }
    return false;
  }

  #point(point: number): LexNext {
    const { pool, liveness } = this.lexers.algebra;
    const next: Reading[] = [];
    for (const { tag, re, min, max } of this.readings) {
      if (max === 0) continue;
      const to = move(pool, re, point);
      const [low, high] = [Math.max(0, min - 1), max - 1];
      if (liveness.liveWithin(to, low, high)) next.push(simplified({ tag, re: to, min: low, max: high }));
    }
    return next.length > 0 ? this.lexers.string(next) : null;
  }

  #close(): LexNext {
    const tags: ExitTag[] = [];
    for (const { tag, re, min } of this.readings) {
      if (min > 0 || !re.nullable) continue;
      const word = re.kind === 'words' ? String.fromCodePoint(...re.words[re.min]!) : null;
      if (!tags.some((t) => t.tag === tag && t.word === word)) tags.push({ tag, word });
    }
    return tags.length > 0 ? this.lexers.exit(tags) : null;
  }
}

import { type CharSet, charSet, complementSet, intersectSets, unionSets } from './charset.ts';
import { DIGIT, SPACE, type UnicodeSets, WORD } from './unicode.ts';

const CONTROL: Record<string, number> = { t: 9, n: 10, v: 11, f: 12, r: 13 };

/** Reads escapes and bracket classes of a pattern whose syntax has been checked. */
export class ClassReader {
  at = 0;
  readonly #source: string;
  readonly #unsupported: (keyword: string) => never;
  readonly #sets: boolean;
  readonly #unicode: UnicodeSets;

  constructor(
    source: string,
    unsupported: (keyword: string) => never,
    unicodeSets: boolean,
    unicode: UnicodeSets,
  ) {
    this.#unicode = unicode;
    this.#source = source;
    this.#unsupported = unsupported;
    this.#sets = unicodeSets;
  }

  /** At a backslash; inside brackets `\b` is a backspace. */
  escape(inClass: boolean): CharSet {
    const c = this.#source[this.at + 1]!;
    const shorthand = this.#shorthand(c);
    if (shorthand) {
      this.at += 2;
      return shorthand;
    }
    if ((c === 'p' || c === 'P') && this.#source[this.at + 2] === '{') return this.#property();
    const point = inClass && c === 'b' ? this.#skip(2, 8) : this.#character(c);
    return [point, point];
  }

  #shorthand(c: string): CharSet | null {
    const base = { d: DIGIT, w: WORD, s: SPACE }[c.toLowerCase()];
    if (!base) return null;
    return c === c.toLowerCase() ? base : complementSet(base);
  }

  #property(): CharSet {
    const end = this.#source.indexOf('}', this.at);
    const source = this.#source.slice(this.at, end + 1);
    try {
      const set = this.#unicode.property(source);
      this.at = end + 1;
      return set;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return this.#unsupported(`property ${source}`);
    }
  }

  #skip(length: number, point: number): number {
    this.at += length;
    return point;
  }

  #character(c: string): number {
    const rest = this.#source.slice(this.at, this.at + 16);
    const hex = /^\\x([0-9a-fA-F]{2})|^\\u\{([0-9a-fA-F]+)\}/.exec(rest);
    if (hex) return this.#skip(hex[0].length, Number.parseInt(hex[1] ?? hex[2]!, 16));
    const pair = /^\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})/i.exec(rest);
    if (pair) {
      const [high, low] = [Number.parseInt(pair[1]!, 16), Number.parseInt(pair[2]!, 16)];
      return this.#skip(12, 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
    }
    const unit = /^\\u([0-9a-fA-F]{4})/.exec(rest);
    if (unit) return this.#skip(6, Number.parseInt(unit[1]!, 16));
    const control = /^\\c([A-Za-z])/.exec(rest);
    if (control) return this.#skip(3, control[1]!.charCodeAt(0) % 32);
    if (c === '0' && !/^\\0[0-9]/.test(rest)) return this.#skip(2, 0);
    if (/[0-9]/.test(c)) return this.#unsupported('octal escape');
    if (CONTROL[c] !== undefined) return this.#skip(2, CONTROL[c]);
    const point = this.#source.codePointAt(this.at + 1)!;
    return this.#skip(point > 0xffff ? 3 : 2, point);
  }

  /** At `[`. */
  bracket(): CharSet {
    this.at++;
    const negated = this.#source[this.at] === '^';
    if (negated) this.at++;
    const set = this.#sets ? this.#expression() : this.#union();
    this.at++;
    return negated ? complementSet(set) : set;
  }

  #union(): CharSet {
    const sets: CharSet[] = [];
    while (this.#source[this.at] !== ']') sets.push(this.#rangeOrAtom());
    return unionSets(...sets);
  }

  #expression(): CharSet {
    let set: CharSet = [];
    while (this.#source[this.at] !== ']') {
      const operator = this.#source.slice(this.at, this.at + 2);
      if (operator === '--' || operator === '&&') {
        this.at += 2;
        const right = this.#rangeOrAtom();
        set = intersectSets(set, operator === '--' ? complementSet(right) : right);
      } else set = unionSets(set, this.#rangeOrAtom());
    }
    return set;
  }

  #rangeOrAtom(): CharSet {
    const low = this.#atom();
    const isRange = this.#source[this.at] === '-' && this.#source[this.at + 1] !== ']';
    if (!isRange || (this.#sets && this.#source[this.at + 1] === '-') || !isSingle(low)) return low;
    const before = this.at;
    this.at++;
    const high = this.#atom();
    if (isSingle(high)) return charSet([[low[0]!, high[0]!]]);
    this.at = before + 1;
    return unionSets(low, [0x2d, 0x2d]);
  }

  #atom(): CharSet {
    const c = this.#source[this.at]!;
    if (c === '[' && this.#sets) return this.bracket();
    if (c === '\\') {
      if (this.#sets && this.#source[this.at + 1] === 'q') return this.#unsupported('string class \\q');
      return this.escape(true);
    }
    const point = this.#source.codePointAt(this.at)!;
    this.at += point > 0xffff ? 2 : 1;
    return charSet([[point, point]]);
  }
}

const isSingle = (set: CharSet): boolean => set.length === 2 && set[0] === set[1];

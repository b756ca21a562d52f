import type { Fuel } from '../errors.ts';
import { type CharSet, charSet, unionSets } from './charset.ts';

export const DIGIT: CharSet = [0x30, 0x39];
export const WORD: CharSet = [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a];
export const LINE_TERMINATORS: CharSet = [0x0a, 0x0a, 0x0d, 0x0d, 0x2028, 0x2029];
export const SPACE: CharSet = charSet([
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
]);

/** Where code points differ from one another; in what lies between and beyond, only non-characters stand out. */
const SCANNED: readonly (readonly [number, number])[] = [
  [0, 0xd7ff],
  [0xe000, 0x33fff],
  [0xe0000, 0xe0fff],
];
const CASED =
  '[\\p{Changes_When_Casefolded}\\p{Changes_When_Casemapped}\\p{Changes_When_Lowercased}\\p{Changes_When_Uppercased}]';
const BLOCK = 0x4000;

/** What a scan of all of Unicode costs, in units of fuel: tens of milliseconds. */
const SCAN_FUEL = 40_000;
const FOLD_FUEL = 1_000;

/**
 * Sets that the engine's own RegExp knows, so that Unicode properties and case folding are those of the running
 * ECMAScript version. Remembered for one compile.
 */
export class UnicodeSets {
  readonly #fuel: Fuel | null;
  readonly #properties = new Map<string, CharSet>();
  readonly #folded = new Map<string, CharSet>();

  constructor(fuel: Fuel | null = null) {
    this.#fuel = fuel;
  }

  /** A property escape or a class of them. @throws SyntaxError for a property that is not known. */
  property(source: string): CharSet {
    let set = this.#properties.get(source);
    if (!set) {
      this.#fuel?.spend(SCAN_FUEL);
      set = scan(source);
      this.#properties.set(source, set);
    }
    return set;
  }

  /** All that a set matches when case is ignored. */
  ignoringCase(set: CharSet): CharSet {
    const key = set.join();
    let folded = this.#folded.get(key);
    if (!folded) {
      this.#fuel?.spend(FOLD_FUEL + set.length);
      const like = new RegExp(`^[${rangesSource(set)}]$`, 'iu');
      const more: [number, number][] = [];
      const cased = this.property(CASED);
      for (let i = 0; i < cased.length; i += 2) {
        for (let c = cased[i]!; c <= cased[i + 1]!; c++)
          if (like.test(String.fromCodePoint(c))) more.push([c, c]);
      }
      folded = unionSets(set, charSet(more));
      this.#folded.set(key, folded);
    }
    return folded;
  }
}

function rangesSource(set: CharSet): string {
  let out = '';
  for (let i = 0; i < set.length; i += 2)
    out += `\\u{${set[i]!.toString(16)}}-\\u{${set[i + 1]!.toString(16)}}`;
  return out;
}

function scan(source: string): CharSet {
  const expression = new RegExp(`(?:${source})+`, 'gu');
  const ranges: [number, number][] = [];
  for (const [first, last] of SCANNED) {
    for (let from = first; from <= last; from += BLOCK) {
      scanBlock(expression, from, Math.min(last, from + BLOCK - 1), ranges);
    }
  }
  const one = new RegExp(`^(?:${source})$`, 'u');
  for (const [from, to] of uniform()) if (one.test(String.fromCodePoint(from))) ranges.push([from, to]);
  return charSet(ranges);
}

function scanBlock(expression: RegExp, from: number, to: number, ranges: [number, number][]): void {
  let text = '';
  for (let c = from; c <= to; c++) text += String.fromCodePoint(c);
  for (const found of text.matchAll(expression)) {
    const low = text.codePointAt(found.index)!;
    const end = found.index + found[0].length;
    ranges.push([low, end < text.length ? text.codePointAt(end)! - 1 : to]);
  }
}

/** Ranges outside of those that are scanned, each with one kind of code points. */
function* uniform(): Iterable<[number, number]> {
  for (const plane of [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]) {
    const first = plane === 3 ? 0x34000 : plane === 14 ? 0xe1000 : plane * 0x10000;
    yield [first, plane * 0x10000 + 0xfffd];
    yield [plane * 0x10000 + 0xfffe, plane * 0x10000 + 0xffff];
  }
}

import { type CharSet, charSet, MAX_CODE_POINT } from './charset.ts';

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

/**
 * Every code point that a one-character expression matches, asked of the engine's own RegExp, so that Unicode
 * properties and case folding are those of the running ECMAScript version. Tens of milliseconds: for rare use.
 */
export function setMatching(source: string, flags: string): CharSet {
  const expression = new RegExp(`(?:${source})+`, `g${flags}`);
  const ranges: [number, number][] = [];
  const block = 0x4000;
  for (let from = 0; from <= MAX_CODE_POINT; from += block) {
    if (from >= 0xd800 && from < 0xe000) continue;
    let text = '';
    for (let c = from; c < from + block; c++) if (c < 0xd800 || c > 0xdfff) text += String.fromCodePoint(c);
    const width = from >= 0x10000 ? 2 : 1;
    for (const found of text.matchAll(expression)) {
      const lo = text.codePointAt(found.index)!;
      ranges.push([lo, lo + found[0].length / width - 1]);
    }
  }
  return charSet(ranges);
}

import type { Exit, ExitTag } from '../machine/lex.ts';
import type { StringLex } from '../machine/string-lex.ts';
import { type FreeReadings, type Reading, START_PHASE } from '../machine/string-reading.ts';
import type { Re } from '../regex/pool.ts';

/** Null where the position is not of that kind. */
export function freeReadings(lex: StringLex): FreeReadings | null {
  if (lex.free === undefined) lex.free = lex.phase === START_PHASE ? compute(lex) : null;
  return lex.free;
}

/** More special words than this are not looked up one by one: the vocabulary's tree is walked along all of them. */
const MANY_WORDS = 64;

function compute(lex: StringLex): FreeReadings | null {
  const open: Reading[] = [];
  const special: Re[] = [];
  for (const reading of lex.readings) {
    const { re, min, max } = reading;
    const words = re.kind === 'words' ? re : re.kind === 'not' ? re.parts[0]! : null;
    if (words === null || (words.kind !== 'words' && words.kind !== 'empty')) return null;
    if (words.kind === 'words') special.push(words);
    if (re.kind === 'words') continue;
    if (words.kind === 'words' && (max <= longestOf(words) || (min > 0 && max !== Infinity))) return null;
    open.push(reading);
  }
  if (open.length === 0) return null;
  const isBounded = open.some(({ min, max }) => min > 0 || max !== Infinity);
  const count = special.reduce((sum, re) => sum + re.max - re.min, 0);
  if (count > MANY_WORDS && !isBounded) return null;
  return { room: Math.max(...open.map(({ max }) => max)), open, words: wordsOf(special) };
}

function longestOf(re: Re): number {
  let longest = 0;
  for (let i = re.min; i < re.max; i++) longest = Math.max(longest, re.words[i]!.length - re.depth);
  return longest;
}

/** What is left of the words. */
function wordsOf(list: readonly Re[]): string[] {
  const words = new Set<string>();
  for (const re of list) {
    for (let i = re.min; i < re.max; i++) words.add(String.fromCodePoint(...re.words[i]!.slice(re.depth)));
  }
  return [...words];
}

/** How the string ends if it is none of the special words, by the code points still to come. */
export function endingsByLength(
  lex: StringLex,
  free: FreeReadings,
  longest: number,
): { exit: Exit; from: number; to: number }[] {
  const cuts = new Set([0]);
  for (const { min, max } of free.open) {
    if (min <= longest) cuts.add(min);
    if (max < longest) cuts.add(max + 1);
  }
  const starts = [...cuts].sort((a, b) => a - b);
  return starts.flatMap((from, i) => {
    const to = i + 1 < starts.length ? starts[i + 1]! - 1 : longest;
    const tags = new Map<number, ExitTag>();
    for (const r of free.open)
      if (r.min <= from && r.max >= from) tags.set(r.tag, { tag: r.tag, word: null });
    return tags.size > 0 ? [{ exit: lex.lexers.exit([...tags.values()]), from, to }] : [];
  });
}

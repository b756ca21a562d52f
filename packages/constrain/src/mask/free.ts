import type { Exit, ExitTag } from '../machine/lex.ts';
import type { StringLex } from '../machine/string-lex.ts';
import { type FreeReadings, type Reading, START_PHASE } from '../machine/string-reading.ts';
import type { Re } from '../regex/pool.ts';

/** Null where the position is not of that kind. */
export function freeReadings(lex: StringLex): FreeReadings | null {
  if (lex.free === undefined) lex.free = lex.phase === START_PHASE ? compute(lex) : null;
  return lex.free;
}

function compute(lex: StringLex): FreeReadings | null {
  const open: Reading[] = [];
  const words = new Set<string>();
  let room = 0;
  for (const reading of lex.readings) {
    const { re, min, max } = reading;
    const special = re.kind === 'words' ? re : re.kind === 'not' ? re.parts[0]! : null;
    if (special === null || (special.kind !== 'words' && special.kind !== 'empty')) return null;
    const longest = addWords(special, words);
    if (re.kind === 'words') continue;
    if (special.kind === 'words' && max <= longest) return null;
    if (min > 0 && special.kind === 'words' && max !== Infinity) return null;
    open.push(reading);
    room = Math.max(room, max);
  }
  return open.length > 0 ? { room, open, words: [...words] } : null;
}

function addWords(re: Re, out: Set<string>): number {
  let longest = 0;
  if (re.kind !== 'words') return 0;
  for (let i = re.min; i < re.max; i++) {
    const rest = re.words[i]!.slice(re.depth);
    longest = Math.max(longest, rest.length);
    out.add(String.fromCodePoint(...rest));
  }
  return longest;
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

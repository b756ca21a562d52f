import type { Grammar } from '../grammar.ts';
import type { ConstraintState } from '../state.ts';
import type { Vocabulary } from '../vocabulary/vocabulary.ts';

export const allows = (mask: Uint32Array, id: number): boolean => ((mask[id >> 5]! >> (id & 31)) & 1) === 1;

/** Whether the grammar takes the text byte by byte and may end after it. */
export function accepts(grammar: Grammar, vocabulary: Vocabulary, text: string): boolean {
  const state = grammar.start(vocabulary);
  for (const byte of new TextEncoder().encode(text)) if (!state.advance(byte)) return false;
  return state.complete;
}

export type Random = () => number;

/** A small generator of uniform numbers in [0, 1), the same for the same seed. */
export function seeded(seed: number): Random {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function allowedIds(mask: Uint32Array): number[] {
  const ids: number[] = [];
  for (let w = 0; w < mask.length; w++) {
    for (let bits = mask[w]!; bits !== 0; bits &= bits - 1)
      ids.push(w * 32 + (31 - Math.clz32(bits & -bits)));
  }
  return ids;
}

export type Walk = { bytes: Uint8Array; complete: boolean; deadEnd: boolean };

/** Follows masks at random and ends where it may; after `patience` tokens it prefers whatever closes. */
export function walk(state: ConstraintState, vocabulary: Vocabulary, random: Random, patience = 60): Walk {
  const bytes: number[] = [];
  for (let n = 0; n < patience * 20; n++) {
    const ids = allowedIds(state.mask());
    if (ids.length === 0) return { bytes: Uint8Array.from(bytes), complete: state.complete, deadEnd: true };
    const id = choose(ids, vocabulary, random, n > patience, state.complete);
    if (!state.advance(id)) throw new Error(`the mask allows token ${id}, but advance does not`);
    if (state.ended) return { bytes: Uint8Array.from(bytes), complete: true, deadEnd: false };
    bytes.push(...vocabulary.tokens[id]!);
  }
  return { bytes: Uint8Array.from(bytes), complete: false, deadEnd: false };
}

/** What ends values soonest, in order of preference. */
const CLOSING = ['}', ']', '"', ':', '0', '1', 't', 'n', ','];

function choose(
  ids: number[],
  vocabulary: Vocabulary,
  random: Random,
  hurry: boolean,
  complete: boolean,
): number {
  const end = vocabulary.endOfText[0]!;
  if (complete && ids.includes(end) && (hurry || random() < 0.3)) return end;
  if (hurry && random() < 0.9) {
    // A tilde stands only in strings, which are better closed than gone on with.
    if (ids.includes(0x7e) && ids.includes(0x22)) return 0x22;
    const closing = CLOSING.map((c) => c.charCodeAt(0)).find((id) => ids.includes(id));
    if (closing !== undefined) return closing;
  }
  return ids[Math.floor(random() * ids.length)]!;
}

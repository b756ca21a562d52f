import type { Fuel } from '../errors.ts';
import { type Exit, Lex } from '../machine/lex.ts';
import { StringLex } from '../machine/string-lex.ts';
import { Tail } from '../vocabulary/tail.ts';
import type { Vocabulary } from '../vocabulary/vocabulary.ts';
import { allowAt, forbidBelow } from './bits.ts';

/** What a position inside a scalar allows, whatever encloses it. */
export type LexMask = {
  body: Uint32Array;
  /** Ends of strings, by how they end. */
  tails: Map<Exit, Tail>;
  /** Single nodes at which the scalar ends. */
  ends: { node: number; exit: Exit }[];
  /** How all strings end that are not under one of the `removed` nodes; the vocabulary's own tail applies. */
  usual: Exit | null;
  removed: number[];
};

type Walk = { readonly vocabulary: Vocabulary; readonly fuel: Fuel; readonly out: LexMask };
type UnusualWalk = Walk & { readonly usual: Lex };

/** Walks the vocabulary's tree from a position inside a scalar. */
export function collectLex(vocabulary: Vocabulary, lex: Lex, fuel: Fuel): LexMask {
  const usual = lex instanceof StringLex ? usualNext(lex) : null;
  const out: LexMask = {
    body: usual ? vocabulary.freeString.body(Infinity).slice() : new Uint32Array(vocabulary.maskWords),
    tails: new Map(),
    ends: [],
    usual: usual ? (usual.step(0x22) as Exit) : null,
    removed: [],
  };
  if (usual) collectUnusual({ vocabulary, fuel, out, usual }, 0, lex);
  else collect({ vocabulary, fuel, out }, 0, lex);
  return out;
}

/** The open position to which an unremarkable character leads, if there is one. */
function usualNext(lex: StringLex): StringLex | null {
  const next = lex.beyondAscii;
  return next?.open ? next : null;
}

function collect(walk: Walk, node: number, lex: Lex): void {
  const { out, fuel } = walk;
  const { trie } = walk.vocabulary;
  const { byte, end, token } = trie;
  const asciiOnly = lex instanceof StringLex && lex.beyondAscii === null;
  for (let c = node + 1; c < end[node]!; c = end[c]!) {
    if (asciiOnly && byte[c]! >= 0x80) break;
    fuel.spend();
    const to = lex.step(byte[c]!);
    if (to === null) continue;
    if (to instanceof Lex) {
      if (token[c]! >= 0) allowAt(out.body, trie, c);
      if (end[c]! !== c + 1) collect(walk, c, to);
    } else if (to.redo) out.ends.push({ node: c, exit: to });
    else {
      const tail = out.tails.get(to) ?? new Tail();
      out.tails.set(to, tail);
      tail.add(trie, c, 0);
    }
  }
}

/** Visits only what does not lead to the usual position; the body starts as that of a free string. */
function collectUnusual(walk: UnusualWalk, node: number, lex: Lex): void {
  const { out, usual, fuel } = walk;
  const { trie } = walk.vocabulary;
  const { byte, end } = trie;
  const beyond = lex instanceof StringLex && lex.beyondAscii === usual;
  for (let c = node + 1; c < end[node]!; c = end[c]!) {
    if (beyond && byte[c]! >= 0x80) break;
    fuel.spend();
    const to = lex.step(byte[c]!);
    if (to === usual || (to !== null && to === out.usual)) continue;
    if (to instanceof Lex) {
      if (end[c]! !== c + 1) collectUnusual(walk, c, to);
      continue;
    }
    forbidBelow(out.body, trie, c);
    out.removed.push(c);
    if (to) out.ends.push({ node: c, exit: to });
  }
}

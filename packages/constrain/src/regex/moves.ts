import { MAX_CODE_POINT } from './charset.ts';
import type { Moves, Re, RePool } from './pool.ts';

/** The derivative of an expression by every code point at once, as pieces; computed once for each expression. */
export function movesOf(pool: RePool, re: Re): Moves {
  re.moves ??= compute(pool, re);
  return re.moves;
}

/** Up to this many pieces are searched; a table would take a kilobyte for each expression. */
const FEW_PIECES = 16;

/** The derivative by one code point: what may follow it. */
export function move(pool: RePool, re: Re, codePoint: number): Re {
  const moves = movesOf(pool, re);
  if (codePoint > 127 || moves.starts.length <= FEW_PIECES) {
    return moves.to[pieceAt(moves.starts, codePoint)]!;
  }
  moves.ascii ??= asciiTable(moves);
  return moves.ascii[codePoint]!;
}

export function pieceAt(starts: readonly number[], codePoint: number): number {
  let lo = 0;
  let hi = starts.length - 1;
  while (lo < hi) {
    const mid = (lo + hi + 1) >> 1;
    if (starts[mid]! <= codePoint) lo = mid;
    else hi = mid - 1;
  }
  return lo;
}

/** Last code point of piece i. */
export function pieceEnd(moves: Moves, i: number): number {
  return i + 1 < moves.starts.length ? moves.starts[i + 1]! - 1 : MAX_CODE_POINT;
}

export function matches(pool: RePool, re: Re, points: readonly number[]): boolean {
  let at = re;
  for (const c of points) at = move(pool, at, c);
  return at.nullable;
}

function asciiTable(moves: Moves): Re[] {
  const table: Re[] = [];
  for (let i = 0; i < moves.starts.length; i++) {
    const end = Math.min(127, pieceEnd(moves, i));
    for (let c = moves.starts[i]!; c <= end; c++) table.push(moves.to[i]!);
  }
  return table;
}

function compute(pool: RePool, re: Re): Moves {
  switch (re.kind) {
    case 'empty':
    case 'eps':
      return constant(pool.empty);
    case 'class':
      return classMoves(pool, re);
    case 'words':
      return wordMoves(pool, re);
    case 'not':
      return re === pool.any
        ? constant(pool.any)
        : mapMoves(movesOf(pool, re.parts[0]!), (to) => pool.not(to));
    case 'rep':
      return repMoves(pool, re);
    case 'cat':
      return catMoves(pool, re);
    case 'or':
      return mergeAll(pool, re, (list) => pool.or(list));
    case 'and':
      return mergeAll(pool, re, (list) => pool.and(list));
  }
}

const constant = (to: Re): Moves => ({ starts: [0], to: [to], ascii: null });

function classMoves(pool: RePool, re: Re): Moves {
  const out: Moves = { starts: [], to: [], ascii: null };
  let from = 0;
  for (let i = 0; i < re.set.length; i += 2) {
    if (re.set[i]! > from) push(out, from, pool.empty);
    push(out, re.set[i]!, pool.eps);
    from = re.set[i + 1]! + 1;
  }
  if (from <= MAX_CODE_POINT) push(out, from, pool.empty);
  return out;
}

function push(out: Moves, start: number, to: Re): void {
  if (out.to.length > 0 && out.to[out.to.length - 1] === to) return;
  out.starts.push(start);
  out.to.push(to);
}

function wordMoves(pool: RePool, re: Re): Moves {
  const out: Moves = { starts: [], to: [], ascii: null };
  let from = 0;
  let i = re.nullable ? re.min + 1 : re.min;
  while (i < re.max) {
    const c = re.words[i]![re.depth]!;
    let end = i + 1;
    while (end < re.max && re.words[end]![re.depth] === c) end++;
    if (c > from) push(out, from, pool.empty);
    push(out, c, pool.wordRange(re.words, i, end, re.depth + 1));
    from = c + 1;
    i = end;
  }
  if (from <= MAX_CODE_POINT) push(out, from, pool.empty);
  return out;
}

function repMoves(pool: RePool, re: Re): Moves {
  const body = re.parts[0]!;
  const rest = pool.rep(body, Math.max(0, re.min - 1), re.max - 1);
  return mapMoves(movesOf(pool, body), (to) => pool.cat(to, rest));
}

function catMoves(pool: RePool, re: Re): Moves {
  // The tail's moves are asked for only where the head may be empty; from the last one on, so that none is deep.
  const chain: Re[] = [];
  for (let at = re; at.kind === 'cat' && at.parts[0]!.nullable; at = at.parts[1]!) chain.push(at.parts[1]!);
  while (chain.length > 1) movesOf(pool, chain.pop()!);
  const [head, tail] = [re.parts[0]!, re.parts[1]!];
  const first = mapMoves(movesOf(pool, head), (to) => pool.cat(to, tail));
  if (!head.nullable) return first;
  return merge([first, movesOf(pool, tail)], (list) => pool.or(list));
}

function mergeAll(pool: RePool, re: Re, combine: (list: Re[]) => Re): Moves {
  return merge(
    re.parts.map((part) => movesOf(pool, part)),
    combine,
  );
}

function mapMoves(moves: Moves, f: (to: Re) => Re): Moves {
  const out: Moves = { starts: [], to: [], ascii: null };
  for (let i = 0; i < moves.starts.length; i++) push(out, moves.starts[i]!, f(moves.to[i]!));
  return out;
}

function merge(all: readonly Moves[], combine: (list: Re[]) => Re): Moves {
  const cuts = [...new Set(all.flatMap((m) => m.starts))].sort((a, b) => a - b);
  const at = all.map(() => 0);
  const out: Moves = { starts: [], to: [], ascii: null };
  for (const cut of cuts) {
    const list = all.map((m, k) => {
      while (at[k]! + 1 < m.starts.length && m.starts[at[k]! + 1]! <= cut) at[k]!++;
      return m.to[at[k]!]!;
    });
    push(out, cut, combine(list));
  }
  return out;
}

import type { Algebra } from '../json/algebra.ts';
import { movesOf, pieceAt, pieceEnd } from '../regex/moves.ts';
import type { Re } from '../regex/pool.ts';

/** Whether a character of the range leads on in the expression. */
export function someLive({ pool, liveness }: Algebra, re: Re, low: number, high: number): boolean {
  const moves = movesOf(pool, re);
  for (let i = pieceAt(moves.starts, low); i < moves.starts.length && moves.starts[i]! <= high; i++) {
    const [from, to] = [Math.max(moves.starts[i]!, low), Math.min(pieceEnd(moves, i), high)];
    if (from >= 0xd800 && to <= 0xdfff) continue;
    if (liveness.live(moves.to[i]!)) return true;
  }
  return false;
}

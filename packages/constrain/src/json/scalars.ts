import { movesOf, pieceEnd } from '../regex/moves.ts';
import type { Re } from '../regex/pool.ts';
import type { Algebra } from './algebra.ts';
import { canonicalText } from './constant.ts';
import { atScale, type Decimal, decimal, decimalText } from './decimal.ts';
import { allowsNumber } from './intersect.ts';
import { JSON_TYPES, type NumberShape, type Shape } from './shape.ts';
import type { Term } from './term.ts';

const MAX_VALUES = 4096;

/**
 * The canonical texts of all values of a term: `maybe` while that is being decided further out, null where they are
 * too many, or objects or arrays.
 */
export function scalarsOf(algebra: Algebra, term: Term): readonly string[] | 'maybe' | null {
  const out = new Set<string>();
  for (const type of JSON_TYPES) {
    const shapes = algebra.shapes(term, type);
    if (!shapes) return 'maybe';
    for (const shape of shapes) {
      const status = algebra.emptiness.shape(shape);
      if (status === 'no') continue;
      if (status === 'maybe') return 'maybe';
      const values = ofShape(algebra, shape);
      if (!values) return null;
      for (const value of values) out.add(canonicalText(value));
      if (out.size > MAX_VALUES) return null;
    }
  }
  return [...out];
}

function ofShape(algebra: Algebra, shape: Shape): unknown[] | null {
  switch (shape.type) {
    case 'null':
      return [null];
    case 'true':
    case 'false':
      return [shape.type === 'true'];
    case 'string':
      return wordsOf(algebra, shape);
    case 'number':
      return numbersOf(algebra, shape);
    default:
      return null;
  }
}

function wordsOf(algebra: Algebra, { re, min, max }: Shape & { type: 'string' }): string[] | null {
  const { pool, liveness, fuel } = algebra;
  const bounded = min === 0 && max === Infinity ? re : pool.and([re, pool.rep(pool.char, min, max)]);
  if (liveness.count(bounded) > MAX_VALUES) return null;
  const out: string[] = [];
  const read = (at: Re, text: string): void => {
    fuel.spend();
    if (at.nullable) out.push(text);
    const moves = movesOf(pool, at);
    for (const [i, to] of moves.to.entries()) {
      if (!liveness.live(to)) continue;
      for (let c = moves.starts[i]!; c <= pieceEnd(moves, i); c++) {
        if (c < 0xd800 || c > 0xdfff) read(to, text + String.fromCodePoint(c));
      }
    }
  };
  read(bounded, '');
  return out;
}

function numbersOf({ fuel }: Algebra, shape: NumberShape): number[] | null {
  if (shape.values) return shape.values.map(numberOf);
  const { low, high, step } = shape;
  if (!low || !high || !step) return null;
  const scale = Math.max(low.value.scale, high.value.scale, step.scale);
  const [from, to, unit] = [low.value, high.value, step].map((d) => atScale(d, scale)) as [
    bigint,
    bigint,
    bigint,
  ];
  if ((to - from) / unit > MAX_VALUES) return null;
  const out: number[] = [];
  for (let n = (from / unit - 1n) * unit; n <= to; n += unit) {
    fuel.spend();
    const value = decimal(n, scale);
    if (allowsNumber(shape, value)) out.push(numberOf(value));
  }
  return out;
}

const numberOf = (value: Decimal): number => Number(decimalText(value));

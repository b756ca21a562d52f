import type { Algebra } from './algebra.ts';
import { atScale } from './decimal.ts';
import { JSON_TYPES, type NumberShape, type Shape } from './shape.ts';
import type { Term } from './term.ts';

/** A lower bound on the number of distinct values, looked for no further than `enough`. */
export function cardinality(algebra: Algebra, term: Term, enough: number): number {
  let total = 0;
  for (const type of JSON_TYPES) {
    let most = 0;
    for (const shape of algebra.shapes(term, type) ?? []) most = Math.max(most, ofShape(algebra, shape));
    total += most;
    if (total >= enough) break;
  }
  return total;
}

function ofShape(algebra: Algebra, shape: Shape): number {
  switch (shape.type) {
    case 'string':
      return ofString(algebra, shape);
    case 'number':
      return algebra.numbers.live(shape) ? ofNumber(shape) : 0;
    case 'array':
    case 'object':
      return algebra.emptiness.shape(shape) === 'yes' ? 1 : 0;
    default:
      return 1;
  }
}

function ofString(algebra: Algebra, shape: Shape & { type: 'string' }): number {
  const { liveness, pool } = algebra;
  if (!liveness.liveWithin(shape.re, shape.min, shape.max)) return 0;
  if (shape.min === 0 && shape.max === Infinity) return liveness.count(shape.re);
  if (shape.max > 64) return shape.re === pool.any ? Infinity : 1;
  return liveness.count(pool.and([shape.re, pool.rep(pool.char, shape.min, shape.max)]));
}

function ofNumber(shape: NumberShape): number {
  if (shape.values) return shape.values.length;
  const { low, high, step } = shape;
  if (!low || !high) return Infinity;
  const unit = step ?? { digits: 1n, scale: 6 };
  const scale = Math.max(low.value.scale, high.value.scale, unit.scale);
  const width = atScale(high.value, scale) - atScale(low.value, scale);
  return Math.max(1, Number(width / atScale(unit, scale)) - 1 - shape.excluded.length);
}

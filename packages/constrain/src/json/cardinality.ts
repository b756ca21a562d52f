import type { Re } from '../regex/pool.ts';
import type { Algebra } from './algebra.ts';
import { atScale } from './decimal.ts';
import {
  type ArrayShape,
  JSON_TYPES,
  type NumberShape,
  type ObjectShape,
  type Shape,
  type StringShape,
} from './shape.ts';
import type { Term } from './term.ts';

/** Beyond this many containers inside one another, all that is known is that there is a value. */
const MAX_DEPTH = 6;

/** A lower bound on the number of distinct values, looked for no further than `enough`. */
export function cardinality(algebra: Algebra, term: Term, enough: number, depth = 0): number {
  let total = 0;
  for (const type of JSON_TYPES) {
    let most = 0;
    for (const shape of algebra.shapes(term, type) ?? []) {
      algebra.fuel.spend(2);
      most = Math.max(most, ofShape(algebra, shape, enough - total, depth));
      if (total + most >= enough) return total + most;
    }
    total += most;
  }
  return total;
}

function ofShape(algebra: Algebra, shape: Shape, enough: number, depth: number): number {
  switch (shape.type) {
    case 'string':
      return ofString(algebra, shape, enough);
    case 'number':
      return algebra.numbers.live(shape) ? ofNumber(shape) : 0;
    case 'array':
    case 'object': {
      if (algebra.emptiness.shape(shape) !== 'yes') return 0;
      if (depth >= MAX_DEPTH || enough <= 1) return 1;
      const left = shape.excluded.length;
      const all =
        shape.type === 'array'
          ? ofArray(algebra, shape, enough + left, depth + 1)
          : ofObject(algebra, shape, enough + left, depth + 1);
      return Math.max(1, all - left);
    }
    default:
      return 1;
  }
}

/** Sequences: of every length, as many as the values of its positions allow. */
function ofArray(algebra: Algebra, shape: ArrayShape, enough: number, depth: number): number {
  const { prefix, rest, min, max, unique } = shape;
  if (shape.contains.length > 0 || shape.repeats) return 1;
  const last = cardinality(algebra, rest, enough, depth);
  if (max === Infinity && last > 0 && !unique) return Infinity;
  let total = 0;
  let product = 1;
  for (let n = 0; n <= max && n < prefix.length + MAX_LENGTHS && total < enough; n++) {
    if (n >= min) total += product;
    const values = n < prefix.length ? cardinality(algebra, prefix[n]!, enough, depth) : last;
    product *= unique ? Math.max(0, values - n) : values;
    if (product === 0) break;
  }
  return total;
}

/** How many lengths are looked at, beyond that of the prefix. */
const MAX_LENGTHS = 64;

/** Members that are always there, each with any value, and where nothing forbids it those that may be there. */
function ofObject(algebra: Algebra, shape: ObjectShape, enough: number, depth: number): number {
  if (shape.exists.length > 0) return 1;
  const plan = algebra.emptiness.object(shape);
  const more = shape.implied.length === 0 && shape.min <= shape.required.length;
  const endless = (c: { re: Re; term: Term }) =>
    algebra.emptiness.term(c.term) === 'yes' && algebra.liveness.count(c.re) === Infinity;
  if (more && shape.max > shape.required.length && plan.classes().some(endless)) return Infinity;
  let total = 1;
  let room = shape.max - shape.required.length;
  for (const [i, name] of plan.names.entries()) {
    const required = shape.required.includes(name);
    if (total >= enough || (!required && (!more || room < 1))) continue;
    const values = cardinality(algebra, plan.term(i), enough, depth);
    total *= required ? Math.max(1, values) : values + 1;
    if (!required && values > 0) room--;
  }
  return total;
}

function ofString(algebra: Algebra, shape: StringShape, enough: number): number {
  const { liveness, pool } = algebra;
  const { re, min, max } = shape;
  if (!liveness.liveWithin(re, min, max)) return 0;
  if (min === 0 && max === Infinity) return liveness.count(re);
  if (re === pool.any && max === Infinity) return Infinity;
  const count = (to: number) => liveness.count(pool.and([re, pool.rep(pool.char, min, to)]));
  const near = Math.max(1, count(Math.min(max, min + 8)));
  return near >= enough || max <= min + 8 ? near : Math.max(near, count(Math.min(max, min + 64)));
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

import type { RePool } from '../regex/pool.ts';
import type { Decimal } from './decimal.ts';
import { compareDecimals, decimal, isMultiple, leastCommonMultiple } from './decimal.ts';
import {
  type ArrayShape,
  arrayShape,
  type Bound,
  type Contains,
  type NumberShape,
  numberShape,
  type ObjectShape,
  objectShape,
  type Shape,
  type StringShape,
  stringShape,
} from './shape.ts';
import type { TermPool } from './term.ts';

/** The values of both shapes, or null when that is plainly nothing; both have the same type. */
export function intersectShapes(a: Shape, b: Shape, pool: RePool, terms: TermPool): Shape | null {
  if (a === b || a.key === b.key) return a;
  if (a.type === 'string' && b.type === 'string') return strings(a, b, pool);
  if (a.type === 'number' && b.type === 'number') return numbers(a, b);
  if (a.type === 'array' && b.type === 'array') return arrays(a, b, terms);
  if (a.type === 'object' && b.type === 'object') return allObjects([a, b], pool);
  return null;
}

/** The same for any number of shapes; objects with many parts are put together at once. */
export function intersectAll(shapes: readonly Shape[], pool: RePool, terms: TermPool): Shape | null {
  const objects = shapes.filter((s) => s.type === 'object');
  if (objects.length === shapes.length) return allObjects(objects, pool);
  let out: Shape | null = shapes[0]!;
  for (const shape of shapes.slice(1)) out = out && intersectShapes(out, shape, pool, terms);
  return out;
}

function strings(a: StringShape, b: StringShape, pool: RePool): Shape | null {
  const [min, max] = [Math.max(a.min, b.min), Math.min(a.max, b.max)];
  const re = pool.and([a.re, b.re]);
  return min > max || re === pool.empty ? null : stringShape(re, min, max);
}

function tighter(a: Bound | null, b: Bound | null, sign: 1 | -1): Bound | null {
  if (!a || !b) return a ?? b;
  const order = compareDecimals(a.value, b.value) * sign;
  if (order !== 0) return order > 0 ? a : b;
  return a.inclusive ? b : a;
}

function numbers(a: NumberShape, b: NumberShape): Shape | null {
  const low = tighter(a.low, b.low, 1);
  const high = tighter(a.high, b.high, -1);
  const step = a.step && b.step ? leastCommonMultiple(a.step, b.step) : (a.step ?? b.step);
  const notSteps = distinct([...a.notSteps, ...b.notSteps]);
  const excluded = distinct([...a.excluded, ...b.excluded]);
  const listed = a.values && b.values ? a.values.filter((v) => has(b.values!, v)) : (a.values ?? b.values);
  const merged = numberShape({ low, high, step, notSteps, excluded });
  if (!listed) return crossed(low, high) ? null : merged;
  const values = listed.filter((v) => allowsNumber(merged, v));
  return values.length === 0 ? null : numberShape({ values });
}

function crossed(low: Bound | null, high: Bound | null): boolean {
  if (!low || !high) return false;
  const order = compareDecimals(low.value, high.value);
  return order > 0 || (order === 0 && !(low.inclusive && high.inclusive));
}

const has = (list: readonly Decimal[], value: Decimal) => list.some((v) => compareDecimals(v, value) === 0);

function distinct(list: readonly Decimal[]): Decimal[] {
  const found = new Map(list.map((d) => [`${d.digits}/${d.scale}`, d]));
  return [...found.entries()].sort(([x], [y]) => (x < y ? -1 : 1)).map(([, d]) => decimal(d.digits, d.scale));
}

/** Whether a number is in the shape. */
export function allowsNumber(shape: NumberShape, value: Decimal): boolean {
  const { low, high, step } = shape;
  if (shape.values) return has(shape.values, value);
  if (low) {
    const order = compareDecimals(value, low.value);
    if (order < 0 || (order === 0 && !low.inclusive)) return false;
  }
  if (high) {
    const order = compareDecimals(value, high.value);
    if (order > 0 || (order === 0 && !high.inclusive)) return false;
  }
  if (step && !isMultiple(value, step)) return false;
  return !shape.notSteps.some((s) => isMultiple(value, s)) && !has(shape.excluded, value);
}

function arrays(a: ArrayShape, b: ArrayShape, terms: TermPool): Shape | null {
  const [min, max] = [Math.max(a.min, b.min), Math.min(a.max, b.max)];
  if (min > max) return null;
  const prefix = [];
  for (let i = 0; i < Math.max(a.prefix.length, b.prefix.length); i++) {
    prefix.push(terms.and([a.prefix[i] ?? a.rest, b.prefix[i] ?? b.rest]));
  }
  const contains = mergedContains([...a.contains, ...b.contains]);
  if (contains.some((c) => c.min > c.max)) return null;
  const [unique, repeats] = [a.unique || b.unique, a.repeats || b.repeats];
  if (unique && repeats) return null;
  const excluded = [...a.excluded, ...b.excluded];
  return arrayShape(terms.and([a.rest, b.rest]), { prefix, min, max, contains, unique, repeats, excluded });
}

/** Counts of the same items are one count. */
function mergedContains(list: readonly Contains[]): Contains[] {
  const found = new Map<string, Contains>();
  for (const c of list) {
    const key = `${c.term.id}/${c.from}`;
    const known = found.get(key);
    const both = known && { ...c, min: Math.max(c.min, known.min), max: Math.min(c.max, known.max) };
    found.set(key, both ?? c);
  }
  return [...found.values()];
}

function allObjects(shapes: readonly ObjectShape[], pool: RePool): Shape | null {
  let [min, max] = [0, Infinity];
  for (const shape of shapes) [min, max] = [Math.max(min, shape.min), Math.min(max, shape.max)];
  if (min > max) return null;
  const names = shapes.map((s) => s.names);
  return objectShape(pool.and(names), {
    layers: shapes.flatMap((s) => s.layers),
    required: shapes.flatMap((s) => s.required),
    min,
    max,
    implied: shapes.flatMap((s) => s.implied),
    exists: shapes.flatMap((s) => s.exists),
    excluded: shapes.flatMap((s) => s.excluded),
  });
}

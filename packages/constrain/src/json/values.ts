import { movesOf, pieceEnd } from '../regex/moves.ts';
import type { Re } from '../regex/pool.ts';
import type { Algebra } from './algebra.ts';
import { canonicalText } from './constant.ts';
import { atScale, type Decimal, decimal, decimalText } from './decimal.ts';
import { allowsNumber } from './intersect.ts';
import {
  type ArrayShape,
  type Constant,
  JSON_TYPES,
  type NumberShape,
  type ObjectShape,
  type Shape,
} from './shape.ts';
import type { Term } from './term.ts';

const MAX_VALUES = 4096;
const MAX_DEPTH = 6;
const MAX_LENGTH = 64;

/** All values; `maybe` while they are being decided further out, null where they are too many or too intricate. */
type Values = unknown[] | 'maybe' | null;

/** The canonical texts of all values of a term, or why there are none. */
export function valuesOf(algebra: Algebra, term: Term): readonly string[] | 'maybe' | null {
  const values = ofTerm(algebra, term, 0);
  return Array.isArray(values) ? values.map(canonicalText) : values;
}

function ofTerm(algebra: Algebra, term: Term, depth: number): Values {
  const out = new Map<string, unknown>();
  for (const type of JSON_TYPES) {
    const shapes = algebra.shapes(term, type);
    if (!shapes) return 'maybe';
    for (const shape of shapes) {
      const status = algebra.emptiness.shape(shape);
      if (status === 'no') continue;
      const values = status === 'maybe' ? status : ofShape(algebra, shape, depth);
      if (!Array.isArray(values)) return values;
      for (const value of values) out.set(canonicalText(value), value);
      if (out.size > MAX_VALUES) return null;
    }
  }
  return [...out.values()];
}

function ofShape(algebra: Algebra, shape: Shape, depth: number): Values {
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
    case 'array':
      return depth > MAX_DEPTH ? null : without(shape.excluded, listsOf(algebra, shape, depth + 1));
    case 'object':
      return depth > MAX_DEPTH ? null : without(shape.excluded, objectsOf(algebra, shape, depth + 1));
  }
}

function without(excluded: readonly Constant<unknown>[], values: Values): Values {
  if (excluded.length === 0 || !Array.isArray(values)) return values;
  const texts = new Set(excluded.map((c) => canonicalText(c.value)));
  return values.filter((value) => !texts.has(canonicalText(value)));
}

function listsOf(algebra: Algebra, shape: ArrayShape, depth: number): Values {
  if (shape.contains.length > 0 || shape.repeats) return null;
  const out: unknown[] = [];
  let lists: unknown[][] = [[]];
  for (let n = 0; ; n++) {
    if (n >= shape.min) out.push(...lists);
    if (n >= shape.max || lists.length === 0) return out;
    if (n > MAX_LENGTH) return null;
    const values = ofTerm(algebra, shape.prefix[n] ?? shape.rest, depth);
    if (!Array.isArray(values)) return values;
    if (lists.length * values.length + out.length > MAX_VALUES) return null;
    algebra.fuel.spend(1 + lists.length * values.length);
    lists = lists.flatMap((list) => values.map((value) => [...list, value]));
    if (shape.unique) lists = lists.filter((l) => new Set(l.map(canonicalText)).size === l.length);
  }
}

function objectsOf(algebra: Algebra, shape: ObjectShape, depth: number): Values {
  const plan = algebra.emptiness.object(shape);
  if (shape.exists.length + plan.classes().length > 0) return null;
  let members: [string, unknown][][] = [[]];
  for (const [i, name] of plan.names.entries()) {
    const values = ofTerm(algebra, plan.term(i), depth);
    if (!Array.isArray(values)) return values;
    const required = shape.required.includes(name);
    if (members.length * (values.length + 1) > MAX_VALUES) return null;
    algebra.fuel.spend(1 + members.length * values.length);
    const more = members.flatMap((m) => values.map((value): [string, unknown][] => [...m, [name, value]]));
    members = required ? more : [...members, ...more];
  }
  const counted = members.filter((m) => m.length >= shape.min && m.length <= shape.max);
  const objects = counted.map((m): Record<string, unknown> => Object.fromEntries(m));
  const asks = (o: object) =>
    shape.implied.every(
      ([key, others]) => !Object.hasOwn(o, key) || others.every((n) => Object.hasOwn(o, n)),
    );
  return objects.filter(asks);
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

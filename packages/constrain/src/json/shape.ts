import type { Re } from '../regex/pool.ts';
import type { Decimal } from './decimal.ts';
import type { Term } from './term.ts';

/** The kinds of value that the first byte of its text tells apart. */
export type JsonType = 'null' | 'true' | 'false' | 'number' | 'string' | 'array' | 'object';
export const JSON_TYPES: readonly JsonType[] = [
  'null',
  'true',
  'false',
  'number',
  'string',
  'array',
  'object',
];

/** One conjunction of constraints on values of one type. A schema is a union of these for each type. */
export type Shape = UnitShape | NumberShape | StringShape | ArrayShape | ObjectShape;

export type UnitShape = { type: 'null' | 'true' | 'false'; key: string };

/** Strings that match `re` and have from `min` up to `max` code points. */
export type StringShape = { type: 'string'; key: string; re: Re; min: number; max: number };

export type Bound = { value: Decimal; inclusive: boolean };

export type NumberShape = {
  type: 'number';
  key: string;
  low: Bound | null;
  high: Bound | null;
  /** The value is a multiple of this; 1 for integers. */
  step: Decimal | null;
  /** The value is a multiple of none of these. */
  notSteps: readonly Decimal[];
  /** When not null, the only values left. */
  values: readonly Decimal[] | null;
  excluded: readonly Decimal[];
};

/** A value that a shape leaves out; equal ones are the same object. */
export type Constant<Value> = { readonly id: number; readonly value: Value };
export type ArrayConstant = Constant<readonly unknown[]>;
export type ObjectConstant = Constant<Readonly<Record<string, unknown>>>;

/** At least `min` and at most `max` of the items from index `from` on satisfy the term. */
export type Contains = { term: Term; from: number; min: number; max: number };

export type ArrayShape = {
  type: 'array';
  key: string;
  prefix: readonly Term[];
  rest: Term;
  min: number;
  max: number;
  contains: readonly Contains[];
  unique: boolean;
  /** Some two items are equal. */
  repeats: boolean;
  excluded: readonly ArrayConstant[];
};

/** One schema's say about values by key: named, matched by patterns, or else `additional`. */
export type Layer = {
  readonly id: number;
  readonly props: ReadonlyMap<string, Term>;
  readonly patterns: readonly { re: Re; term: Term }[];
  readonly additional: Term;
};

/** A key that matches `re` has a value that satisfies the term. */
export type Exists = { re: Re; term: Term };

export type ObjectShape = {
  type: 'object';
  key: string;
  layers: readonly Layer[];
  required: readonly string[];
  min: number;
  max: number;
  /** All keys match. */
  names: Re;
  /** When the key is present, the others are. */
  implied: readonly (readonly [string, readonly string[]])[];
  exists: readonly Exists[];
  excluded: readonly ObjectConstant[];
};

export function unitShape(type: UnitShape['type']): UnitShape {
  return { type, key: type };
}

export function stringShape(re: Re, min = 0, max = Infinity): StringShape {
  return { type: 'string', key: `${re.id}:${min}:${max}`, re, min, max };
}

const boundKey = (b: Bound | null) => (b ? `${b.value.digits}/${b.value.scale}/${b.inclusive}` : '');
const decimalsKey = (list: readonly Decimal[]) => list.map((d) => `${d.digits}/${d.scale}`).join(',');

export function numberShape(part: Partial<Omit<NumberShape, 'type' | 'key'>>): NumberShape {
  const { low = null, high = null, step = null, notSteps = [], values = null, excluded = [] } = part;
  const key = [
    boundKey(low),
    boundKey(high),
    step ? `${step.digits}/${step.scale}` : '',
    decimalsKey(notSteps),
    values ? `=${decimalsKey(values)}` : '',
    decimalsKey(excluded),
  ].join(';');
  return { type: 'number', key, low, high, step, notSteps, values, excluded };
}

export function arrayShape(rest: Term, part: Partial<Omit<ArrayShape, 'type' | 'key' | 'rest'>>): ArrayShape {
  const { prefix = [], min = 0, max = Infinity, contains = [], unique = false, repeats = false } = part;
  const excluded = distinctConstants(part.excluded);
  const parts = contains.map((c) => `${c.term.id}/${c.from}/${c.min}/${c.max}`).sort();
  const flags = `${unique}${repeats};${excluded.map((c) => c.id).join(',')}`;
  const key = `${prefix.map((t) => t.id).join(',')};${rest.id};${min};${max};${parts.join(',')};${flags}`;
  return { type: 'array', key, prefix, rest, min, max, contains, unique, repeats, excluded };
}

export function objectShape(
  names: Re,
  part: Partial<Omit<ObjectShape, 'type' | 'key' | 'names'>>,
): ObjectShape {
  const { min = 0, max = Infinity } = part;
  const layers = [...new Set(part.layers)].sort((a, b) => a.id - b.id);
  const required = [...new Set(part.required)].sort();
  const implied = part.implied ?? [];
  const exists = distinctExists(part.exists ?? []);
  const excluded = distinctConstants(part.excluded);
  const key = [
    layers.map((l) => l.id).join(','),
    required.length > 0 ? JSON.stringify(required) : '',
    min,
    max,
    names.id,
    implied.length > 0 ? JSON.stringify(implied) : '',
    exists.map((e) => `${e.re.id}/${e.term.id}`).join(','),
    excluded.map((c) => c.id).join(','),
  ].join(';');
  return { type: 'object', key, layers, required, min, max, names, implied, exists, excluded };
}

function distinctConstants<T extends Constant<unknown>>(list: readonly T[] = []): readonly T[] {
  return list.length < 2 ? list : [...new Set(list)].sort((a, b) => a.id - b.id);
}

function distinctExists(list: readonly Exists[]): Exists[] {
  const found = new Map(list.map((e) => [`${e.re.id}/${e.term.id}`, e]));
  return [...found.values()].sort((a, b) => a.re.id - b.re.id || a.term.id - b.term.id);
}

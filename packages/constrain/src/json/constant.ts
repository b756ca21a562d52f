import type { Fuel } from '../errors.ts';
import type { Algebra } from './algebra.ts';
import { decimalOf } from './decimal.ts';
import {
  type ArrayConstant,
  arrayShape,
  numberShape,
  type ObjectConstant,
  objectShape,
  stringShape,
} from './shape.ts';
import type { Term } from './term.ts';

/** JSON text with sorted keys: equal values have equal texts. */
export function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (value === null || typeof value !== 'object') return Object.is(value, -0) ? '0' : JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonicalText(v)}`).join(',')}}`;
}

/** Counts the work of reading a value before any of it is done. */
function charge(fuel: Fuel, value: unknown): void {
  if (typeof value === 'string') fuel.spend(4 + (value.length >> 4));
  else if (typeof value !== 'object' || value === null) fuel.spend(2);
  else {
    fuel.spend(40);
    for (const [key, item] of Object.entries(value)) {
      fuel.spend(4 + (key.length >> 2));
      charge(fuel, item);
    }
  }
}

/** Exactly the given JSON value. */
export function constantTerm(algebra: Algebra, value: unknown): Term {
  return constantsTerm(algebra, [value]);
}

/** Any of the given JSON values. */
export function constantsTerm(algebra: Algebra, values: readonly unknown[]): Term {
  const { terms } = algebra;
  for (const value of values) charge(algebra.fuel, value);
  const strings: string[] = [];
  const numbers: number[] = [];
  const arrays: ArrayConstant[] = [];
  const objects: ObjectConstant[] = [];
  const parts: Term[] = [];
  for (const value of values) {
    if (typeof value === 'string') strings.push(value);
    else if (typeof value === 'number') numbers.push(value);
    else if (value === null) parts.push(terms.types(['null']));
    else if (typeof value === 'boolean') parts.push(terms.types([value ? 'true' : 'false']));
    else if (Array.isArray(value)) arrays.push(algebra.constant(canonicalText(value), value));
    else objects.push(algebra.constant(canonicalText(value), value as Record<string, unknown>));
  }
  if (strings.length > 0) parts.push(stringConstants(algebra, strings));
  if (numbers.length > 0) parts.push(numberConstants(algebra, numbers));
  if (arrays.length > 0) parts.push(arrayConstants(algebra, arrays));
  if (objects.length > 0) parts.push(objectConstants(algebra, objects));
  return terms.or(parts);
}

function stringConstants({ terms, pool }: Algebra, strings: readonly string[]): Term {
  const distinct = [...new Set(strings)].sort();
  const leaf = terms.leaf(
    {
      type: 'string',
      yes: () => [stringShape(pool.words(distinct))],
      no: () => [stringShape(pool.not(pool.words(distinct)))],
    },
    `strings${JSON.stringify(distinct)}`,
  );
  return terms.and([terms.types(['string']), leaf]);
}

function numberConstants({ terms }: Algebra, numbers: readonly number[]): Term {
  const distinct = [...new Set(numbers)].sort((a, b) => a - b);
  const values = distinct.map(decimalOf);
  const leaf = terms.leaf(
    { type: 'number', yes: () => [numberShape({ values })], no: () => [numberShape({ excluded: values })] },
    `numbers${distinct.join()}`,
  );
  return terms.and([terms.types(['number']), leaf]);
}

const idsOf = (list: readonly { id: number }[]) => [...new Set(list.map((c) => c.id))].sort((a, b) => a - b);

function arrayConstants(algebra: Algebra, excluded: readonly ArrayConstant[]): Term {
  const { terms } = algebra;
  const shapeOf = ({ value }: ArrayConstant) => {
    const prefix = value.map((item) => constantTerm(algebra, item));
    return arrayShape(terms.false, { prefix, min: value.length, max: value.length });
  };
  const leaf = terms.leaf(
    { type: 'array', yes: () => excluded.map(shapeOf), no: () => [arrayShape(terms.true, { excluded })] },
    `arrays${idsOf(excluded)}`,
  );
  return terms.and([terms.types(['array']), leaf]);
}

function objectConstants(algebra: Algebra, excluded: readonly ObjectConstant[]): Term {
  const { terms, pool } = algebra;
  const shapeOf = ({ value }: ObjectConstant) => {
    const required = Object.keys(value);
    const props = required.map((n): [string, Term] => [n, constantTerm(algebra, value[n])]);
    return objectShape(pool.any, { layers: [algebra.layer(new Map(props), [], terms.false)], required });
  };
  const leaf = terms.leaf(
    { type: 'object', yes: () => excluded.map(shapeOf), no: () => [objectShape(pool.any, { excluded })] },
    `objects${idsOf(excluded)}`,
  );
  return terms.and([terms.types(['object']), leaf]);
}

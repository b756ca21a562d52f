import type { Algebra } from './algebra.ts';
import { decimalOf } from './decimal.ts';
import { arrayShape, numberShape, objectShape, stringShape } from './shape.ts';
import type { Term } from './term.ts';

/** JSON text with sorted keys: equal values have equal texts. */
export function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (value === null || typeof value !== 'object') return Object.is(value, -0) ? '0' : JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonicalText(v)}`).join(',')}}`;
}

/** Exactly the given JSON value. */
export function constantTerm(algebra: Algebra, value: unknown): Term {
  return constantsTerm(algebra, [value]);
}

/** Any of the given JSON values. */
export function constantsTerm(algebra: Algebra, values: readonly unknown[]): Term {
  const { terms } = algebra;
  const strings: string[] = [];
  const numbers: number[] = [];
  const parts: Term[] = [];
  for (const value of values) {
    if (typeof value === 'string') strings.push(value);
    else if (typeof value === 'number') numbers.push(value);
    else if (value === null) parts.push(terms.types(['null']));
    else if (typeof value === 'boolean') parts.push(terms.types([value ? 'true' : 'false']));
    else if (Array.isArray(value)) parts.push(arrayConstant(algebra, value));
    else parts.push(objectConstant(algebra, value as Record<string, unknown>));
  }
  if (strings.length > 0) parts.push(stringConstants(algebra, strings));
  if (numbers.length > 0) parts.push(numberConstants(algebra, numbers));
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

function arrayConstant(algebra: Algebra, items: readonly unknown[]): Term {
  const { terms } = algebra;
  const prefix = items.map((item) => constantTerm(algebra, item));
  const length = items.length;
  const leaf = terms.leaf(
    {
      type: 'array',
      yes: () => [arrayShape(terms.false, { prefix, min: length, max: length })],
      no: () => [
        ...(length > 0 ? [arrayShape(terms.true, { max: length - 1 })] : []),
        arrayShape(terms.true, { min: length + 1 }),
        ...prefix.map((term, i) => {
          const before = prefix.slice(0, i).map(() => terms.true);
          return arrayShape(terms.true, { prefix: [...before, terms.not(term)], min: length, max: length });
        }),
      ],
    },
    `array${canonicalText(items)}`,
  );
  return terms.and([terms.types(['array']), leaf]);
}

function objectConstant(algebra: Algebra, value: Record<string, unknown>): Term {
  const { terms, pool } = algebra;
  const names = Object.keys(value);
  const props = names.map((n): [string, Term] => [n, constantTerm(algebra, value[n])]);
  const leaf = terms.leaf(
    {
      type: 'object',
      yes: () => [
        objectShape(pool.any, { layers: [algebra.layer(new Map(props), [], terms.false)], required: names }),
      ],
      no: () => [
        ...props.map(([n]) => objectShape(pool.any, { layers: [algebra.single(n, terms.false)] })),
        ...props.map(([n, t]) =>
          objectShape(pool.any, { layers: [algebra.single(n, terms.not(t))], required: [n] }),
        ),
        objectShape(pool.any, { exists: [{ re: pool.not(pool.words(names)), term: terms.true }] }),
      ],
    },
    `object${canonicalText(value)}`,
  );
  return terms.and([terms.types(['object']), leaf]);
}

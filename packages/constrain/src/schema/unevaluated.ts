import { arrayShape } from '../json/shape.ts';
import type { Term } from '../json/term.ts';
import { type Evaluated, evaluatedCases } from './evaluated.ts';
import { layerTerm } from './objects.ts';
import type { Place, SchemaObject } from './place.ts';
import type { SchemaReader } from './reader.ts';

/** unevaluatedProperties and unevaluatedItems, by the cases in which their siblings hold. */
export function unevaluatedTerms(reader: SchemaReader, schema: SchemaObject, place: Place): Term[] {
  const { terms } = reader.algebra;
  const out: Term[] = [];
  for (const keyword of ['unevaluatedProperties', 'unevaluatedItems'] as const) {
    if (schema[keyword] === undefined) continue;
    const rest = reader.child(schema, keyword, place);
    if (rest === terms.true) continue;
    const one = keyword === 'unevaluatedItems' ? itemsTerm : keysTerm;
    const cases = evaluatedCases(reader, schema, place);
    out.push(terms.or(cases.map((c) => terms.and([c.condition, one(reader, c, rest)]))));
  }
  return out;
}

function keysTerm(reader: SchemaReader, { names, patterns, allKeys }: Evaluated, rest: Term): Term {
  const { algebra } = reader;
  const { terms } = algebra;
  if (allKeys) return terms.true;
  const props = new Map(names.map((n) => [n, terms.true]));
  return layerTerm(
    reader,
    algebra.layer(
      props,
      patterns.map((re) => ({ re, term: terms.true })),
      rest,
    ),
  );
}

function itemsTerm(reader: SchemaReader, evaluated: Evaluated, rest: Term): Term {
  const { terms } = reader.algebra;
  if (evaluated.allItems) return terms.true;
  const prefix = Array.from({ length: evaluated.prefix }, () => terms.true);
  const item = terms.or([rest, ...evaluated.contained]);
  const other = [{ term: terms.not(item), from: prefix.length, min: 1, max: Infinity }];
  return terms.leaf({
    type: 'array',
    yes: () => [arrayShape(item, { prefix })],
    no: () => [arrayShape(terms.true, { contains: other, min: prefix.length + 1 })],
  });
}

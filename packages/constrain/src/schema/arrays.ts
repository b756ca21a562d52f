import { type ArrayShape, arrayShape } from '../json/shape.ts';
import type { Term } from '../json/term.ts';
import { below, countOf, invalid, type Place, type SchemaObject } from './place.ts';
import type { SchemaReader } from './reader.ts';

/** items, prefixItems, additionalItems, contains, minItems, maxItems and uniqueItems. */
export function arrayTerms(reader: SchemaReader, schema: SchemaObject, place: Place): Term[] {
  const { terms } = reader.algebra;
  const out: Term[] = [];
  const list = (yes: ArrayShape[], no: () => ArrayShape[], key?: string) =>
    terms.leaf({ type: 'array', yes: () => yes, no }, key);
  const slots = slotsOf(reader, schema, place);
  if (slots)
    out.push(list([arrayShape(slots.rest, { prefix: slots.prefix })], () => violations(reader, slots)));
  const min = countOf(schema, 'minItems', place);
  if (min)
    out.push(
      list(
        [arrayShape(terms.true, { min })],
        () => [arrayShape(terms.true, { max: min - 1 })],
        `minItems${min}`,
      ),
    );
  const max = countOf(schema, 'maxItems', place);
  if (max !== undefined) {
    out.push(
      list(
        [arrayShape(terms.true, { max })],
        () => [arrayShape(terms.true, { min: max + 1 })],
        `maxItems${max}`,
      ),
    );
  }
  const unique = schema.uniqueItems;
  if (unique !== undefined && typeof unique !== 'boolean') invalid(place, 'uniqueItems', 'must be a boolean');
  if (unique) {
    const no = () => [arrayShape(terms.true, { repeats: true, min: 2 })];
    out.push(list([arrayShape(terms.true, { unique: true })], no, 'unique'));
  }
  if (schema.contains !== undefined) out.push(containsTerm(reader, schema, place));
  return out;
}

type Slots = { prefix: Term[]; rest: Term };

function slotsOf(reader: SchemaReader, schema: SchemaObject, place: Place): Slots | null {
  const items = schema.items;
  const tuple = schema.prefixItems === undefined ? 'items' : 'prefixItems';
  const prefix = schema[tuple];
  if (Array.isArray(prefix)) {
    const rest = tuple === 'items' ? 'additionalItems' : 'items';
    return {
      prefix: prefix.map((item, i) => reader.term(item, below(place, tuple, i))),
      rest: schema[rest] === undefined ? reader.algebra.terms.true : reader.child(schema, rest, place),
    };
  }
  if (tuple === 'prefixItems') return invalid(place, 'prefixItems', 'must be a list of schemas');
  return items === undefined ? null : { prefix: [], rest: reader.child(schema, 'items', place) };
}

function violations(reader: SchemaReader, { prefix, rest }: Slots): ArrayShape[] {
  const { terms } = reader.algebra;
  const before = (i: number) => prefix.slice(0, i).map(() => terms.true);
  const out = prefix.map((term, i) =>
    arrayShape(terms.true, { prefix: [...before(i), terms.not(term)], min: i + 1 }),
  );
  if (rest !== terms.true) {
    const contains = [{ term: terms.not(rest), from: prefix.length, min: 1, max: Infinity }];
    out.push(arrayShape(terms.true, { contains, min: prefix.length + 1 }));
  }
  return out;
}

function containsTerm(reader: SchemaReader, schema: SchemaObject, place: Place): Term {
  const { terms } = reader.algebra;
  const term = reader.child(schema, 'contains', place);
  const min = countOf(schema, 'minContains', place) ?? 1;
  const max = countOf(schema, 'maxContains', place) ?? Infinity;
  const between = (from: number, to: number) =>
    arrayShape(terms.true, { contains: [{ term, from: 0, min: from, max: to }], min: from });
  const few = () => (min === 1 ? arrayShape(terms.not(term), {}) : between(0, min - 1));
  const yes = max === 0 ? arrayShape(terms.not(term), {}) : between(min, max);
  const no = () => [...(min > 0 ? [few()] : []), ...(max < Infinity ? [between(max + 1, Infinity)] : [])];
  return terms.leaf({
    type: 'array',
    yes: () => (min > max ? [] : [yes]),
    no: min > max ? () => [arrayShape(terms.true, {})] : no,
  });
}

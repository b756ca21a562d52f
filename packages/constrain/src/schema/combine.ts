import type { Term } from '../json/term.ts';
import { below, invalid, type Place, type SchemaObject } from './place.ts';
import type { SchemaReader } from './reader.ts';

/** allOf, anyOf, oneOf, not and if/then/else. */
export function combined(reader: SchemaReader, schema: SchemaObject, place: Place): Term[] {
  const { terms } = reader.algebra;
  const out: Term[] = [];
  if (schema.allOf !== undefined) out.push(...branches(reader, schema, 'allOf', place));
  if (schema.anyOf !== undefined) out.push(terms.or(branches(reader, schema, 'anyOf', place)));
  if (schema.oneOf !== undefined) out.push(terms.one(branches(reader, schema, 'oneOf', place)));
  if (schema.not !== undefined) out.push(terms.not(reader.child(schema, 'not', place)));
  if (schema.if !== undefined) out.push(conditional(reader, schema, place));
  return out;
}

export function branches(reader: SchemaReader, schema: SchemaObject, keyword: string, place: Place): Term[] {
  const list = schema[keyword];
  if (!Array.isArray(list) || list.length === 0) return invalid(place, keyword, 'must be a list of schemas');
  return list.map((item, i) => reader.term(item, below(place, keyword, i)));
}

function conditional(reader: SchemaReader, schema: SchemaObject, place: Place): Term {
  const { terms } = reader.algebra;
  const branch = (keyword: string) =>
    schema[keyword] === undefined ? terms.true : reader.child(schema, keyword, place);
  const [yes, no] = [branch('then'), branch('else')];
  if (yes === terms.true && no === terms.true) return terms.true;
  const condition = reader.child(schema, 'if', place);
  return terms.or([terms.and([condition, yes]), terms.and([terms.not(condition), no])]);
}

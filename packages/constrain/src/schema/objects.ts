import { type Layer, type ObjectShape, objectShape } from '../json/shape.ts';
import type { Term } from '../json/term.ts';
import type { Re } from '../regex/pool.ts';
import { below, countOf, isObject, mapOf, namesOf, type Place, type SchemaObject } from './place.ts';
import type { SchemaReader } from './reader.ts';
import { patternRe } from './strings.ts';

/** All keywords on objects except the unevaluated ones. */
export function objectTerms(reader: SchemaReader, schema: SchemaObject, place: Place): Term[] {
  const out: Term[] = [];
  const layer = layerOf(reader, schema, place);
  if (layer) out.push(layerTerm(reader, layer));
  if (schema.required !== undefined) {
    const required = [...new Set(namesOf(schema.required, 'required', place))];
    if (required.length > 0) out.push(requiredTerm(reader, required));
  }
  out.push(...countTerms(reader, schema, place));
  if (schema.propertyNames !== undefined) out.push(propertyNames(reader, schema, place));
  for (const keyword of ['dependentRequired', 'dependentSchemas', 'dependencies']) {
    for (const [key, value] of mapOf(schema, keyword, place)) {
      out.push(dependency(reader, key, value, keyword, below(place, keyword, key)));
    }
  }
  return out;
}

function layerOf(reader: SchemaReader, schema: SchemaObject, place: Place): Layer | null {
  const { terms } = reader.algebra;
  const relevant = ['properties', 'patternProperties', 'additionalProperties'].some(
    (k) => schema[k] !== undefined,
  );
  const closes = reader.options.closed && schema.additionalProperties === undefined;
  if (!relevant && !(closes && schema.type === 'object')) return null;
  const props = mapOf(schema, 'properties', place).map(([name, value]): [string, Term] => [
    name,
    reader.term(value, below(place, 'properties', name)),
  ]);
  const patterns = mapOf(schema, 'patternProperties', place).map(([source, value]) => {
    const at = below(place, 'patternProperties', source);
    return { re: patternRe(reader, source, 'patternProperties', at), term: reader.term(value, at) };
  });
  const given = schema.additionalProperties;
  const open = closes ? terms.false : terms.true;
  const additional = given === undefined ? open : reader.child(schema, 'additionalProperties', place);
  return reader.algebra.layer(new Map(props), patterns, additional);
}

/** A leaf over object shapes; `parts` are given to objectShape. */
export function shaped(reader: SchemaReader, yes: Parts, no: () => Parts[], key?: string): Term {
  const { terms } = reader.algebra;
  return terms.leaf(
    { type: 'object', yes: () => [shapeOf(reader, yes)], no: () => no().map((p) => shapeOf(reader, p)) },
    key,
  );
}

type Parts = Partial<Omit<ObjectShape, 'type' | 'key'>>;

const shapeOf = (reader: SchemaReader, { names, ...rest }: Parts) =>
  objectShape(names ?? reader.algebra.pool.any, rest);

export function layerTerm(reader: SchemaReader, layer: Layer): Term {
  const { terms, pool } = reader.algebra;
  return shaped(reader, { layers: [layer] }, () => {
    const out: Parts[] = [];
    for (const [name, term] of layer.props) {
      if (term !== terms.true)
        out.push({ layers: [reader.algebra.single(name, terms.not(term))], required: [name] });
    }
    for (const { re, term } of layer.patterns) {
      if (term !== terms.true) out.push({ exists: [{ re, term: terms.not(term) }] });
    }
    if (layer.additional !== terms.true) {
      const taken = pool.or([pool.words(layer.props.keys()), ...layer.patterns.map((p) => p.re)]);
      out.push({ exists: [{ re: pool.not(taken), term: terms.not(layer.additional) }] });
    }
    return out;
  });
}

export function requiredTerm(reader: SchemaReader, required: string[]): Term {
  const absent = (name: string): Parts => ({
    layers: [reader.algebra.single(name, reader.algebra.terms.false)],
  });
  return shaped(reader, { required }, () => required.map(absent), `required${JSON.stringify(required)}`);
}

function countTerms(reader: SchemaReader, schema: SchemaObject, place: Place): Term[] {
  const out: Term[] = [];
  const min = countOf(schema, 'minProperties', place);
  if (min) out.push(shaped(reader, { min }, () => [{ max: min - 1 }], `minProperties${min}`));
  const max = countOf(schema, 'maxProperties', place);
  if (max !== undefined) out.push(shaped(reader, { max }, () => [{ min: max + 1 }], `maxProperties${max}`));
  return out;
}

function propertyNames(reader: SchemaReader, schema: SchemaObject, place: Place): Term {
  const { pool, terms } = reader.algebra;
  const term = reader.child(schema, 'propertyNames', place);
  let names: Re | null = null;
  const allowed = (): Re => {
    names ??= pool.or((reader.algebra.shapes(term, 'string') ?? []).map((s) => stringRe(reader, s)));
    return names;
  };
  return terms.leaf({
    type: 'object',
    yes: () => [objectShape(allowed(), {})],
    no: () => [objectShape(pool.any, { exists: [{ re: pool.not(allowed()), term: terms.true }] })],
  });
}

function stringRe(reader: SchemaReader, shape: { type: string }): Re {
  const { pool } = reader.algebra;
  const { re, min, max } = shape as { type: string; re: Re; min: number; max: number };
  return min === 0 && max === Infinity ? re : pool.and([re, pool.rep(pool.char, min, max)]);
}

function dependency(reader: SchemaReader, key: string, value: unknown, keyword: string, place: Place): Term {
  const { terms } = reader.algebra;
  const names =
    Array.isArray(value) || (typeof value === 'string' && keyword === 'dependencies') ? value : null;
  const simple = names === null && isObject(value) && Object.keys(value).join() === 'required' ? value : null;
  if (names === null && !simple) {
    const absent = terms.not(terms.and([terms.types(['object']), requiredTerm(reader, [key])]));
    return terms.or([absent, reader.term(value, place)]);
  }
  const others = namesOf(simple ? simple.required : [names].flat(), keyword, place);
  const missing = (name: string): Parts => ({
    required: [key],
    layers: [reader.algebra.single(name, terms.false)],
  });
  return shaped(
    reader,
    { implied: [[key, others]] },
    () => others.map(missing),
    `implied${JSON.stringify([key, others])}`,
  );
}

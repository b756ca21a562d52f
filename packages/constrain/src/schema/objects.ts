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
  out.push(...dependencies(reader, schema, place));
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
      const taken = pool.or([pool.words([...layer.props.keys()]), ...layer.patterns.map((p) => p.re)]);
      out.push({ exists: [{ re: pool.not(taken), term: terms.not(layer.additional) }] });
    }
    return out;
  });
}

export function requiredTerm(reader: SchemaReader, required: string[]): Term {
  reader.algebra.fuel.spend(4 * required.length);
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

/** Names that a key asks for; keys that ask for more than names are terms of their own. */
function dependencies(reader: SchemaReader, schema: SchemaObject, place: Place): Term[] {
  const { terms } = reader.algebra;
  const out: Term[] = [];
  const implied: [string, string[]][] = [];
  for (const keyword of ['dependentRequired', 'dependentSchemas', 'dependencies']) {
    for (const [key, value] of mapOf(schema, keyword, place)) {
      const at = below(place, keyword, key);
      const names = namesAsked(value, keyword, at);
      if (names) {
        if (names.length > 0) implied.push([key, names]);
        continue;
      }
      const absent = terms.not(terms.and([terms.types(['object']), requiredTerm(reader, [key])]));
      out.push(terms.or([absent, reader.term(value, at)]));
    }
  }
  if (implied.length > 0) out.push(impliedTerm(reader, implied));
  return out;
}

/** Null for a schema that asks for more. */
function namesAsked(value: unknown, keyword: string, place: Place): string[] | null {
  if (Array.isArray(value)) return namesOf(value, keyword, place);
  if (typeof value === 'string' && keyword === 'dependencies') return [value];
  if (!isObject(value) || Object.keys(value).join() !== 'required') return null;
  return namesOf(value.required, keyword, place);
}

function impliedTerm(reader: SchemaReader, implied: [string, string[]][]): Term {
  const { terms, fuel } = reader.algebra;
  for (const [, names] of implied) fuel.spend(8 + 4 * names.length);
  const missing = ([key, names]: [string, string[]]): Parts[] =>
    names.map((name) => ({ required: [key], layers: [reader.algebra.single(name, terms.false)] }));
  return shaped(reader, { implied }, () => implied.flatMap(missing), `implied${JSON.stringify(implied)}`);
}

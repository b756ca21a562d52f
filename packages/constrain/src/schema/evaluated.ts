import type { Term } from '../json/term.ts';
import type { Re } from '../regex/pool.ts';
import { refHidesSiblings } from './dialect.ts';
import { below, isObject, mapOf, type Place, type SchemaObject, unsupported } from './place.ts';
import { REFERENCES, type SchemaReader } from './reader.ts';
import { patternRe } from './strings.ts';

/** Under a condition, the keys and items that some keyword of a schema has looked at. */
export type Evaluated = {
  condition: Term;
  names: readonly string[];
  patterns: readonly Re[];
  allKeys: boolean;
  prefix: number;
  allItems: boolean;
  /** Items that satisfy one of these. */
  contained: readonly Term[];
};

const MAX_CASES = 64;

/**
 * The cases in which a schema can hold. Where several branches of `anyOf` hold, more is evaluated; as that only ever
 * allows more, it is enough that one case is true.
 */
export function evaluatedCases(reader: SchemaReader, schema: SchemaObject, place: Place): Evaluated[] {
  const hidden = schema.$ref !== undefined && refHidesSiblings(place.resource.dialect);
  let cases = [hidden ? nothing(reader.algebra.terms.true) : ownKeywords(reader, schema, place)];
  const both = (more: Evaluated[]) => {
    cases = cases.flatMap((a) => more.map((b) => merged(reader, a, b)));
    if (cases.length > MAX_CASES) unsupported(place, 'unevaluated', 'too many cases must be told apart');
  };
  for (const keyword of REFERENCES) {
    if (schema[keyword] === undefined) continue;
    const target = reader.references.resolve(schema[keyword], place, keyword);
    both(casesOf(reader, target.schema, target.place));
  }
  if (hidden) return cases;
  for (const [i, item] of list(schema.allOf).entries()) both(casesOf(reader, item, below(place, 'allOf', i)));
  if (schema.anyOf !== undefined) both(anyOf(reader, list(schema.anyOf), below(place, 'anyOf')));
  if (schema.oneOf !== undefined) both(oneOf(reader, list(schema.oneOf), below(place, 'oneOf')));
  if (schema.if !== undefined) both(conditional(reader, schema, place));
  for (const keyword of ['dependentSchemas', 'dependencies']) {
    for (const [key, value] of mapOf(schema, keyword, place)) {
      if (isObject(value)) both(dependent(reader, key, value, below(place, keyword, key)));
    }
  }
  return cases;
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function nothing(condition: Term): Evaluated {
  return { condition, names: [], patterns: [], allKeys: false, prefix: 0, allItems: false, contained: [] };
}

function merged(reader: SchemaReader, a: Evaluated, b: Evaluated): Evaluated {
  return {
    condition: reader.algebra.terms.and([a.condition, b.condition]),
    names: [...a.names, ...b.names],
    patterns: [...a.patterns, ...b.patterns],
    allKeys: a.allKeys || b.allKeys,
    prefix: Math.max(a.prefix, b.prefix),
    allItems: a.allItems || b.allItems,
    contained: [...a.contained, ...b.contained],
  };
}

/** A subschema's cases; each holds only where the subschema does. */
function casesOf(reader: SchemaReader, schema: unknown, place: Place): Evaluated[] {
  const holds = nothing(reader.term(schema, place));
  if (!isObject(schema)) return [holds];
  const at = reader.references.enter(schema, place);
  return evaluatedCases(reader, schema, at).map((c) => {
    const closed = { ...c, allKeys: c.allKeys || schema.unevaluatedProperties !== undefined };
    return merged(reader, holds, {
      ...closed,
      allItems: c.allItems || schema.unevaluatedItems !== undefined,
    });
  });
}

function ownKeywords(reader: SchemaReader, schema: SchemaObject, place: Place): Evaluated {
  const sources = mapOf(schema, 'patternProperties', place).map(([source]) => source);
  const tuple = list(schema.prefixItems ?? schema.items);
  const rest = Array.isArray(schema.items) ? schema.additionalItems : schema.items;
  return {
    condition: reader.algebra.terms.true,
    names: mapOf(schema, 'properties', place).map(([name]) => name),
    patterns: sources.map((s) => patternRe(reader, s, 'patternProperties', place)),
    allKeys: schema.additionalProperties !== undefined,
    prefix: tuple.length,
    allItems: rest !== undefined,
    contained: looksIntoItems(schema, place) ? [reader.child(schema, 'contains', place)] : [],
  };
}

/** Since 2020-12, `contains` has looked at the items that it finds. */
function looksIntoItems(schema: SchemaObject, place: Place): boolean {
  return schema.contains !== undefined && place.resource.dialect !== '2019-09';
}

function anyOf(reader: SchemaReader, branches: unknown[], place: Place): Evaluated[] {
  if (branches.length > 6) unsupported(place, 'unevaluated', 'too many cases must be told apart');
  const cases = branches.map((b, i) => casesOf(reader, b, below(place, i)));
  const out: Evaluated[] = [];
  for (let chosen = 1; chosen < 1 << branches.length; chosen++) {
    let some = [nothing(reader.algebra.terms.true)];
    for (const [i, list] of cases.entries()) {
      if ((chosen >> i) & 1) some = some.flatMap((a) => list.map((b) => merged(reader, a, b)));
    }
    out.push(...some);
  }
  return out;
}

function oneOf(reader: SchemaReader, branches: unknown[], place: Place): Evaluated[] {
  const { terms } = reader.algebra;
  const each = branches.map((b, i) => reader.term(b, below(place, i)));
  return branches.flatMap((b, i) => {
    const others = each.filter((_, j) => j !== i).map((t) => terms.not(t));
    return casesOf(reader, b, below(place, i)).map((c) => merged(reader, nothing(terms.and(others)), c));
  });
}

function conditional(reader: SchemaReader, schema: SchemaObject, place: Place): Evaluated[] {
  const { terms } = reader.algebra;
  const branch = (keyword: string) =>
    schema[keyword] === undefined
      ? [nothing(terms.true)]
      : casesOf(reader, schema[keyword], below(place, keyword));
  const holds = branch('if').flatMap((a) => branch('then').map((b) => merged(reader, a, b)));
  const fails = nothing(terms.not(reader.child(schema, 'if', place)));
  return [...holds, ...branch('else').map((b) => merged(reader, fails, b))];
}

function dependent(reader: SchemaReader, key: string, schema: SchemaObject, place: Place): Evaluated[] {
  const { terms } = reader.algebra;
  const present = terms.and([terms.types(['object']), reader.required([key])]);
  const applied = casesOf(reader, schema, place).map((c) => merged(reader, nothing(present), c));
  return [nothing(terms.not(present)), ...applied];
}

import fc, { type Arbitrary } from 'fast-check';
import type { JsonSchema } from './json-schema.ts';

/** Better values for what a schema says too little of, by the path of keys; `*` stands for an index. */
export type Hints = Readonly<Record<string, Arbitrary<unknown>>>;

/** Out of so many bodies one has a given optional field: so bodies are mostly taken, and fields still meet. */
const OPTIONAL_ONE_IN = 28;

/** Values that the schema allows. */
export function validValue(schema: JsonSchema, hints: Hints, path = ''): Arbitrary<unknown> {
  const hint = hints[path];
  if (hint) return hint;
  if (schema.anyOf) return anyOf(schema.anyOf, hints, path);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return integer(schema);
    case 'number':
      return number(schema);
    case 'string':
      return text(schema);
    case 'array':
      return array(schema, hints, path);
    case 'object':
      return object(schema, hints, path);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

/** null is what everybody allows, so it comes seldom. */
function anyOf(branches: readonly JsonSchema[], hints: Hints, path: string): Arbitrary<unknown> {
  const weighted = branches.map((branch) => ({
    weight: branch.type === 'null' ? 1 : 4,
    arbitrary: validValue(branch, hints, path),
  }));
  return fc.oneof(...weighted);
}

function integer({ minimum = -1e15, maximum = 1e15 }: JsonSchema): Arbitrary<unknown> {
  const near = fc.integer({ min: Math.max(minimum, -10), max: Math.min(maximum, 40) });
  const far = fc.integer({
    min: Math.max(minimum, Number.MIN_SAFE_INTEGER),
    max: Math.min(maximum, Number.MAX_SAFE_INTEGER),
  });
  return fc.oneof({ weight: 4, arbitrary: near }, { weight: 1, arbitrary: far });
}

function number({ minimum, exclusiveMinimum, maximum = 1e9 }: JsonSchema): Arbitrary<unknown> {
  const min = minimum ?? exclusiveMinimum ?? -1e9;
  const minExcluded = exclusiveMinimum !== undefined;
  return fc.double({ min, minExcluded, max: maximum, noNaN: true });
}

function text({ minLength = 0, maxLength = 60, pattern }: JsonSchema): Arbitrary<unknown> {
  // fast-check does not build lookaheads.
  if (pattern?.includes('(?!')) return fc.constantFrom('critic', 'narrator');
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  return fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, minLength + 20) });
}

function array({ items = {}, minItems = 0, maxItems = 3 }: JsonSchema, hints: Hints, path: string) {
  const maxLength = Math.max(minItems, Math.min(maxItems, 3));
  return fc.array(validValue(items, hints, `${path}.*`), { minLength: minItems, maxLength });
}

function object(schema: JsonSchema, hints: Hints, path: string): Arbitrary<unknown> {
  const { properties, required = [], additionalProperties, propertyNames } = schema;
  if (properties === undefined) {
    const values = typeof additionalProperties === 'object' ? additionalProperties : {};
    return fc.dictionary(keys(propertyNames), validValue(values, hints, `${path}.*`), { maxKeys: 3 });
  }
  const fields = Object.entries(properties).filter(([, property]) => property.not === undefined);
  const values = fields.map(([name, property]) => {
    const value = validValue(property, hints, path === '' ? name : `${path}.${name}`);
    const present = value.map((each) => [[name, each]]);
    if (required.includes(name)) return present;
    const absent = { weight: OPTIONAL_ONE_IN - 1, arbitrary: fc.constant([]) };
    return fc.oneof({ withCrossShrink: true }, absent, { weight: 1, arbitrary: present });
  });
  return fc.tuple(...values).map((entries) => Object.fromEntries(entries.flat()));
}

function keys(names: JsonSchema | undefined): Arbitrary<string> {
  if (names?.pattern !== undefined) return fc.stringMatching(new RegExp(names.pattern));
  return fc.string({ maxLength: names?.maxLength ?? 10 });
}

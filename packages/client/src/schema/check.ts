import { isFields } from '../errors.ts';
import type { JsonSchema } from './infer.ts';
import { isSchema, listed, nested, resolved } from './nested.ts';
import type { Issue } from './standard-schema.ts';
import { SchemaError } from './strict.ts';

/** What a JSON Schema may demand and is not checked here. */
const UNCHECKED = [
  ...[
    'if',
    'then',
    'else',
    'dependentSchemas',
    'dependentRequired',
    'dependencies',
    'contains',
    'propertyNames',
  ],
  ...['unevaluatedProperties', 'unevaluatedItems', 'additionalItems', '$dynamicRef', '$recursiveRef'],
];

/** Throws SchemaError for a schema that `check` could not check in full. */
export function assertCheckable(schema: JsonSchema): void {
  for (const inner of nested(schema)) {
    const keyword = UNCHECKED.find((each) => each in inner);
    if (keyword) {
      throw new SchemaError(
        `"${keyword}" in a JSON Schema cannot be checked here: use a schema of a library.`,
      );
    }
    if (!resolved(inner, schema)) throw new SchemaError(`The reference ${inner.$ref} leads nowhere.`);
  }
}

/** What of a value does not fit a JSON Schema. */
export function check(schema: unknown, value: unknown, root: JsonSchema, path: PropertyKey[] = []): Issue[] {
  if (schema === false) return [{ message: 'must not be there', path }];
  const meant = isSchema(schema) ? resolved(schema, root) : undefined;
  if (!meant) return [];
  const issues: Issue[] = [];
  for (const [keyword, given] of Object.entries(meant)) {
    const fits = RULES[keyword];
    if (fits && !fits(given, value)) {
      issues.push({ message: `must fit ${keyword}: ${JSON.stringify(given)}`, path });
    }
  }
  if (Array.isArray(value)) issues.push(...checkItems(meant, value, root, path));
  else if (isFields(value)) issues.push(...checkProperties(meant, value, root, path));
  return [...issues, ...checkBranches(meant, value, root, path)];
}

function checkItems(schema: JsonSchema, value: unknown[], root: JsonSchema, path: PropertyKey[]): Issue[] {
  const first = Array.isArray(schema.prefixItems) ? schema.prefixItems : [];
  return value.flatMap((item, index) =>
    check(index < first.length ? first[index] : schema.items, item, root, [...path, index]),
  );
}

function checkProperties(
  schema: JsonSchema,
  value: Record<string, unknown>,
  root: JsonSchema,
  path: PropertyKey[],
): Issue[] {
  const { properties = {}, patternProperties = {}, additionalProperties, required = [] } = schema;
  const patterns = Object.entries(isFields(patternProperties) ? patternProperties : {});
  const missing = (Array.isArray(required) ? required : []).filter((name) => !Object.hasOwn(value, name));
  const issues = missing.map((name): Issue => ({ message: 'is missing', path: [...path, name] }));
  for (const [name, field] of Object.entries(value)) {
    const own = isFields(properties) && Object.hasOwn(properties, name) ? [properties[name]] : [];
    const matching = patterns.filter(([pattern]) => new RegExp(pattern, 'u').test(name));
    const schemas = [...own, ...matching.map(([, each]) => each)];
    if (schemas.length === 0) schemas.push(additionalProperties);
    for (const each of schemas) issues.push(...check(each, field, root, [...path, name]));
  }
  return issues;
}

function checkBranches(schema: JsonSchema, value: unknown, root: JsonSchema, path: PropertyKey[]): Issue[] {
  const fits = (branch: unknown) => check(branch, value, root, path).length === 0;
  const count = (branches: unknown) => (Array.isArray(branches) ? branches.filter(fits).length : 1);
  const issues = listed(schema.allOf).flatMap((branch) => check(branch, value, root, path));
  if (count(schema.anyOf) === 0) issues.push({ message: 'must fit one of anyOf', path });
  if (count(schema.oneOf) !== 1) issues.push({ message: 'must fit exactly one of oneOf', path });
  if (schema.not !== undefined && fits(schema.not)) issues.push({ message: 'must not fit not', path });
  return issues;
}

type Rule = (given: unknown, value: unknown) => boolean;

const number = (fits: (value: number, given: number) => boolean): Rule => {
  return (given, value) => typeof value !== 'number' || fits(value, Number(given));
};
const sized = (size: (value: unknown) => number | undefined, least: boolean): Rule => {
  return (given, value) => {
    const length = size(value);
    return length === undefined || (least ? length >= Number(given) : length <= Number(given));
  };
};
const characters = (value: unknown) => (typeof value === 'string' ? [...value].length : undefined);
const items = (value: unknown) => (Array.isArray(value) ? value.length : undefined);
const fields = (value: unknown) => (isSchema(value) ? Object.keys(value).length : undefined);

const RULES: Readonly<Record<string, Rule>> = {
  type: (given, value) => [given].flat().some((type) => isOf(value, type)),
  const: equal,
  enum: (given, value) => Array.isArray(given) && given.some((each) => equal(each, value)),
  minimum: number((value, given) => value >= given),
  maximum: number((value, given) => value <= given),
  exclusiveMinimum: number((value, given) => value > given),
  exclusiveMaximum: number((value, given) => value < given),
  multipleOf: number((value, given) => Math.abs(value / given - Math.round(value / given)) < 1e-9),
  minLength: sized(characters, true),
  maxLength: sized(characters, false),
  pattern: (given, value) => typeof value !== 'string' || new RegExp(String(given), 'u').test(value),
  minItems: sized(items, true),
  maxItems: sized(items, false),
  uniqueItems: (given, value) =>
    !given || !Array.isArray(value) || value.every((a, i) => !value.slice(0, i).some((b) => equal(a, b))),
  minProperties: sized(fields, true),
  maxProperties: sized(fields, false),
};

function isOf(value: unknown, type: unknown): boolean {
  if (value === null) return type === 'null';
  if (Array.isArray(value)) return type === 'array';
  return type === 'integer' ? Number.isInteger(value) : type === typeof value;
}

function equal(a: unknown, b: unknown): boolean {
  if (!isFields(a) || !isFields(b)) return a === b;
  const keys = Object.keys(a);
  return (
    Array.isArray(a) === Array.isArray(b) &&
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]))
  );
}

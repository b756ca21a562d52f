import { Compile } from 'typebox/compile';
import { chooseBranch } from './branch.ts';
import { type Fault, fault, listed, show, within } from './fault.ts';
import { declaredType, isNever, isObject, type JsonSchema, type JsonType, jsonType } from './json-schema.ts';

const WITH_ARTICLE: Record<JsonType, string> = {
  null: 'null',
  boolean: 'a boolean',
  integer: 'an integer',
  number: 'a number',
  string: 'a string',
  array: 'an array',
  object: 'an object',
};

/** `a string, an array or null`. */
export function nameTypes(schemas: readonly JsonSchema[]): string {
  const types = new Set(schemas.map(declaredType).filter((type) => type !== undefined));
  const named = [...types].filter((type) => type !== 'null' || types.size === 1);
  const words = schemas.find((schema) => schema.enum !== undefined)?.enum;
  const hint = words === undefined ? '' : ` (${words.map(show).join(', ')})`;
  return listed(named.map((type) => WITH_ARTICLE[type] + (type === 'string' ? hint : '')));
}

export function wrongType(schemas: readonly JsonSchema[], value: unknown): Fault {
  const type = jsonType(value);
  const got = type === 'number' || type === 'boolean' || type === 'string' ? `${WITH_ARTICLE[type]}: ` : '';
  return fault('invalid_type', `must be ${nameTypes(schemas)}, got ${got}${show(value)}`);
}

/** The first thing that is wrong with a value, as deep as it can be named; undefined when it is valid. */
export function explain(schema: JsonSchema, value: unknown): Fault | undefined {
  if (schema.anyOf !== undefined) {
    const choice = chooseBranch(schema, value, explain, wrongType);
    return 'fault' in choice ? choice.fault : explain(choice.branch, value);
  }
  if (isNever(schema)) return fault('invalid_value', 'is not allowed here');
  const type = declaredType(schema);
  if (type === undefined) return undefined;
  const actual = jsonType(value);
  if (type !== actual && !(type === 'integer' && Number.isInteger(value))) return wrongType([schema], value);
  if (typeof value === 'number') return explainNumber(schema, value);
  if (typeof value === 'string') return explainString(schema, value);
  if (Array.isArray(value)) return explainArray(schema, value);
  if (isObject(value)) return explainObject(schema, value);
  return undefined;
}

function explainNumber(schema: JsonSchema, value: number): Fault | undefined {
  const { minimum = -Infinity, maximum = Infinity, exclusiveMinimum: above = -Infinity } = schema;
  if (!Number.isFinite(value)) return fault('invalid_value', `must be a finite number, got ${value}`);
  if (value >= minimum && value <= maximum && value > above) return undefined;
  return fault('out_of_range', `must be ${range(schema)}, got ${value}`);
}

/** `between 0 and 2`, `at least 1`, `above 0 and at most 1`; undefined where there are no bounds. */
export function range({ minimum, maximum, exclusiveMinimum }: JsonSchema): string | undefined {
  if (minimum !== undefined && maximum !== undefined) return `between ${minimum} and ${maximum}`;
  const low = minimum === undefined ? undefined : `at least ${minimum}`;
  const above = exclusiveMinimum === undefined ? undefined : `above ${exclusiveMinimum}`;
  const high = maximum === undefined ? undefined : `at most ${maximum}`;
  const bounds = [low ?? above, high].filter((bound) => bound !== undefined);
  return bounds.length === 0 ? undefined : bounds.join(' and ');
}

/** Characters are code points, as JSON Schema counts them; long strings are not counted to the end. */
function atLeast(value: string, length: number): boolean {
  return value.length >= length * 2 || [...value.slice(0, length * 2)].length >= length;
}

function explainString(schema: JsonSchema, value: string): Fault | undefined {
  const allowed = schema.enum ?? (schema.const === undefined ? undefined : [schema.const]);
  if (allowed !== undefined && !allowed.includes(value)) {
    return fault('invalid_value', `must be ${listed(allowed.map(show))}, got ${show(value)}`);
  }
  const { minLength, maxLength, pattern } = schema;
  if (minLength !== undefined && !atLeast(value, minLength)) {
    return fault(
      'out_of_range',
      value === '' ? 'must not be empty' : `must have at least ${minLength} characters`,
    );
  }
  if (maxLength !== undefined && atLeast(value, maxLength + 1)) {
    return fault('out_of_range', `must have at most ${maxLength} characters, got ${show(value)}`);
  }
  if (pattern !== undefined && !new RegExp(pattern, 'u').test(value)) {
    return fault('invalid_value', `must match the regular expression ${pattern}, got ${show(value)}`);
  }
  return undefined;
}

/** Arrays longer than this are searched with a compiled check, which costs some milliseconds to make. */
const LONG_ARRAY = 32;

/** Where to begin to look: the compiled check passes over valid items far faster than the walk. */
function firstSuspect(items: JsonSchema, value: readonly unknown[]): number {
  if (value.length <= LONG_ARRAY) return 0;
  const check = Compile(items);
  const index = value.findIndex((item) => !check.Check(item));
  return index < 0 ? value.length : index;
}

function explainArray(schema: JsonSchema, value: readonly unknown[]): Fault | undefined {
  const { minItems = 0, maxItems = Infinity, items } = schema;
  const count = (limit: number) => `${limit} ${limit === 1 ? 'item' : 'items'}, got ${value.length}`;
  if (value.length < minItems) return fault('out_of_range', `must have at least ${count(minItems)}`);
  if (value.length > maxItems) return fault('out_of_range', `must have at most ${count(maxItems)}`);
  if (items === undefined) return undefined;
  for (let i = firstSuspect(items, value); i < value.length; i++) {
    const inner = explain(items, value[i]);
    if (inner !== undefined) return within(i, inner);
  }
  return undefined;
}

function explainObject(schema: JsonSchema, value: Readonly<Record<string, unknown>>): Fault | undefined {
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    const inner = explainProperty(key, property, value, schema.required?.includes(key) === true);
    if (inner !== undefined) return within(key, inner);
  }
  const { additionalProperties: rest, propertyNames, maxProperties = Infinity } = schema;
  const size = Object.keys(value).length;
  if (size > maxProperties) {
    return fault('out_of_range', `must have at most ${maxProperties} keys, got ${size}`);
  }
  if (rest === false) return explainSurplus(schema, value);
  if (typeof rest !== 'object') return undefined;
  for (const [key, item] of Object.entries(value)) {
    const named = propertyNames === undefined ? undefined : explain(propertyNames, key);
    if (named !== undefined) return within(key, { ...named, text: `is no valid key: it ${named.text}` });
    const inner = explain(rest, item);
    if (inner !== undefined) return within(key, inner);
  }
  return undefined;
}

function explainSurplus(schema: JsonSchema, value: Readonly<Record<string, unknown>>): Fault | undefined {
  const known = Object.keys(schema.properties ?? {});
  const surplus = Object.keys(value).find((key) => !known.includes(key));
  if (surplus === undefined) return undefined;
  return within(surplus, fault('invalid_value', `is not known here; allowed: ${listed(known)}`));
}

function explainProperty(
  key: string,
  schema: JsonSchema,
  value: Readonly<Record<string, unknown>>,
  required: boolean,
): Fault | undefined {
  if (Object.hasOwn(value, key) && value[key] !== undefined) return explain(schema, value[key]);
  return required ? fault('missing_required_parameter', 'is required') : undefined;
}

import { isObject } from './place.ts';

export type Draft = '4' | '6' | '7' | '2019-09' | '2020-12';

/** The draft by whose rules a schema is read; null where it names none: then the keywords of all drafts count. */
export type Dialect = Draft | null;

const URIS: ReadonlyMap<string, Draft> = new Map([
  ['http://json-schema.org/draft-04/schema', '4'],
  ['http://json-schema.org/draft-06/schema', '6'],
  ['http://json-schema.org/draft-07/schema', '7'],
  ['https://json-schema.org/draft/2019-09/schema', '2019-09'],
  ['https://json-schema.org/draft/2020-12/schema', '2020-12'],
]);

/** The draft that `$schema` names; undefined when there is none, or a metaschema that is not known. */
export function namedDraft(schema: unknown): Draft | undefined {
  if (!isObject(schema) || typeof schema.$schema !== 'string') return undefined;
  return URIS.get(schema.$schema.replace(/#$/, ''));
}

/** Up to draft 7, `$ref` hides all that stands beside it. */
export function refHidesSiblings(dialect: Dialect): boolean {
  return dialect === '4' || dialect === '6' || dialect === '7';
}

/** A schema's identifier, a URI reference or `#name`. */
export function identifierOf(schema: unknown, dialect: Dialect): string | undefined {
  if (!isObject(schema)) return undefined;
  if (refHidesSiblings(dialect) && typeof schema.$ref === 'string') return undefined;
  const id = dialect === '4' ? schema.id : dialect ? schema.$id : (schema.$id ?? schema.id);
  return typeof id === 'string' ? id : undefined;
}

/** Where keywords hold schemas: one, a list, or a map of them; some hold more than one of these. */
const ONE = new Set([
  ...['additionalItems', 'additionalProperties', 'contains', 'contentSchema', 'else', 'if', 'items', 'not'],
  ...['propertyNames', 'then', 'unevaluatedItems', 'unevaluatedProperties'],
]);
const LIST = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems', 'items']);
const MAP = new Set([
  ...['$defs', 'definitions', 'dependencies', 'dependentSchemas', 'patternProperties', 'properties'],
]);

/** The schemas directly inside a schema, with the keys that lead to them. */
export function* subschemas(schema: Readonly<Record<string, unknown>>): Iterable<[string[], unknown]> {
  for (const [keyword, value] of Object.entries(schema)) {
    if (MAP.has(keyword) && isObject(value)) {
      for (const [name, item] of Object.entries(value)) yield [[keyword, name], item];
    } else if (LIST.has(keyword) && Array.isArray(value)) {
      for (const [i, item] of value.entries()) yield [[keyword, String(i)], item];
    } else if (ONE.has(keyword)) yield [[keyword], value];
  }
}

import { isFields } from '../errors.ts';
import type { JsonSchema } from './infer.ts';

const MAPS = ['properties', 'patternProperties', '$defs', 'definitions'];
const LISTS = ['anyOf', 'oneOf', 'allOf', 'prefixItems'];
const SINGLES = ['items', 'additionalProperties', 'not'];

export function isSchema(value: unknown): value is JsonSchema {
  return isFields(value) && !Array.isArray(value);
}

/** Schemas in a list, or in the values of an object. */
export function listed(value: unknown): JsonSchema[] {
  return isFields(value) ? Object.values(value).filter(isSchema) : [];
}

/** A schema and all that it holds. */
export function* nested(schema: JsonSchema): Generator<JsonSchema> {
  yield schema;
  for (const key of [...MAPS, ...LISTS]) for (const inner of listed(schema[key])) yield* nested(inner);
  for (const key of SINGLES) if (isSchema(schema[key])) yield* nested(schema[key]);
}

/**
 * A copy of a schema in which `change` was applied to it and to those inside, these first. What stands in an `allOf`
 * stays as it is: its parts describe one value together, so none of them can be changed for itself.
 */
export function rewrite(schema: JsonSchema, change: (schema: JsonSchema) => JsonSchema): JsonSchema {
  const inner = (value: unknown): unknown => (isSchema(value) ? rewrite(value, change) : value);
  const copy: Record<string, unknown> = { ...schema };
  for (const key in copy) {
    const value = copy[key];
    if (SINGLES.includes(key)) copy[key] = inner(value);
    else if (MAPS.includes(key) && isSchema(value)) {
      copy[key] = Object.fromEntries(Object.entries(value).map(([name, each]) => [name, inner(each)]));
    } else if (LISTS.includes(key) && key !== 'allOf' && Array.isArray(value)) copy[key] = value.map(inner);
  }
  return change(copy);
}

/** The schema that is meant, where it is a reference inside the document of `root`. */
export function resolved(schema: JsonSchema, root: JsonSchema): JsonSchema | undefined {
  let found: unknown = schema;
  for (let hops = 0; isSchema(found) && typeof found.$ref === 'string'; hops++) {
    const [document, ...path] = found.$ref.split('/');
    if (document !== '#' || hops > 100) return undefined;
    found = path.reduce<unknown>((from, part) => {
      const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
      return isFields(from) ? from[key] : undefined;
    }, root);
  }
  return isSchema(found) ? found : undefined;
}

import { isFields } from '../errors.ts';
import type { JsonSchema } from './infer.ts';

const MAPS = ['properties', 'patternProperties', '$defs', 'definitions'];
const LISTS = ['anyOf', 'oneOf', 'allOf', 'prefixItems'];
const SINGLES = ['items', 'additionalProperties', 'not'];

/** A copy of a schema and of the schemas in it, each as `change` gives it; those inside come first. */
export function rewrite(schema: JsonSchema, change: (schema: JsonSchema) => JsonSchema): JsonSchema {
  const inner = (value: unknown): unknown =>
    isFields(value) && !Array.isArray(value) ? rewrite(value, change) : value;
  const copy: Record<string, unknown> = { ...schema };
  for (const key of MAPS) {
    const map = copy[key];
    if (isFields(map)) {
      copy[key] = Object.fromEntries(Object.entries(map).map(([name, value]) => [name, inner(value)]));
    }
  }
  for (const key of LISTS) {
    const list = copy[key];
    if (Array.isArray(list)) copy[key] = list.map(inner);
  }
  for (const key of SINGLES) if (key in copy) copy[key] = inner(copy[key]);
  return change(copy);
}

/** The schema that a reference inside the same document means. */
export function resolve(root: JsonSchema, reference: string): JsonSchema | undefined {
  if (!reference.startsWith('#')) return undefined;
  let found: unknown = root;
  for (const part of reference.split('/').slice(1)) {
    const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
    found = isFields(found) ? found[key] : undefined;
  }
  return isFields(found) ? found : undefined;
}

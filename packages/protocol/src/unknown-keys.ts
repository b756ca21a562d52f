import { formatPath } from './fault.ts';
import { branches, isNever, isObject, type JsonSchema, jsonType } from './json-schema.ts';

/** More are not worth listing. */
const MAX_PATHS = 32;

/** Whether values of the schema are, or hold, objects with a fixed set of keys. */
export function mayHoldKeys(schema: JsonSchema): boolean {
  return branches(schema).some(
    (branch) => branch.properties !== undefined || (branch.items !== undefined && mayHoldKeys(branch.items)),
  );
}

/** Whether a valid object belongs to the branch: all it requires is there and the constants agree. */
function matches(branch: JsonSchema, value: Readonly<Record<string, unknown>>): boolean {
  if (branch.type !== 'object') return false;
  const properties = Object.entries(branch.properties ?? {});
  return (
    (branch.required ?? []).every((key) => Object.hasOwn(value, key)) &&
    properties.every(([key, property]) => {
      if (isNever(property)) return !Object.hasOwn(value, key);
      return property.const === undefined || !Object.hasOwn(value, key) || property.const === value[key];
    })
  );
}

/**
 * Paths of the keys inside a valid value that its schema does not know, so that a misspelt option is never ignored
 * in silence. Objects that are free in form have no unknown keys.
 */
export function unknownKeys(schema: JsonSchema, value: unknown, root: string): string[] {
  const found: string[] = [];
  const visit = (shape: JsonSchema, item: unknown, path: (string | number)[]): void => {
    if (found.length >= MAX_PATHS || !mayHoldKeys(shape)) return;
    if (Array.isArray(item)) {
      const items = branches(shape).find(
        (branch) => branch.items !== undefined && jsonType(item) === branch.type,
      )?.items;
      if (items !== undefined) for (const [i, each] of item.entries()) visit(items, each, [...path, i]);
    } else if (isObject(item)) {
      const known = branches(shape).find((branch) => matches(branch, item))?.properties;
      if (known === undefined) return;
      for (const [key, each] of Object.entries(item)) {
        const property = Object.hasOwn(known, key) ? known[key] : undefined;
        if (property !== undefined) visit(property, each, [...path, key]);
        else if (found.length < MAX_PATHS) found.push(formatPath([...path, key]));
      }
    }
  };
  visit(schema, value, [root]);
  return found;
}

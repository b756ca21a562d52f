import { isObject } from '../json-schema.ts';
import type { Fields } from './profile.ts';

/** A copy with these fields only, in their order; arrays are shaped item by item. */
export function shapeFields(fields: Fields, value: object): object {
  if (Array.isArray(value)) return value.map((item: unknown) => shaped(fields, item));
  const kept = Object.entries(value).flatMap(([key, item]): [string, unknown][] => {
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (field === undefined || (field === 'unless-null' && item === null)) return [];
    return [[key, typeof field === 'object' ? shaped(field, item) : item]];
  });
  return Object.fromEntries(kept);
}

function shaped(fields: Fields, value: unknown): unknown {
  return Array.isArray(value) || isObject(value) ? shapeFields(fields, value) : value;
}

import { type Fault, fault, within } from './fault.ts';

/** Deeper bodies are refused: no honest request comes near, and every later walk may recurse. */
export const MAX_DEPTH = 64;

/**
 * Refuses what a parser may hand over but no schema sees, in parts of the body that are free in form: deep nesting,
 * numbers like 1e999 that overflow, the key `__proto__`, and values that JSON does not have. Linear, stops at
 * the limit, so it also bounds its own recursion.
 */
export function inadmissible(value: unknown, depth = 0): Fault | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'undefined':
      return undefined;
    case 'number':
      return Number.isFinite(value)
        ? undefined
        : fault('invalid_value', `must be a finite number, got ${value}`);
    case 'object':
      if (value === null) return undefined;
      if (depth >= MAX_DEPTH) return fault('invalid_value', `is nested deeper than ${MAX_DEPTH} levels`);
      return Array.isArray(value) ? inArray(value, depth) : inObject(value, depth);
    default:
      return fault('invalid_type', `must be a JSON value, got a ${typeof value}`);
  }
}

function inArray(items: readonly unknown[], depth: number): Fault | undefined {
  for (let i = 0; i < items.length; i++) {
    const inner = inadmissible(items[i], depth + 1);
    if (inner !== undefined) return within(i, inner);
  }
  return undefined;
}

function inObject(value: object, depth: number): Fault | undefined {
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) {
    return fault('invalid_type', 'must be a JSON value, got binary data or an extension type');
  }
  const items = value as Readonly<Record<string, unknown>>;
  // Only own keys are met: what a plain object inherits is not enumerable.
  for (const key in items) {
    if (key === '__proto__') return fault('invalid_value', 'is not allowed as a key', [key]);
    const inner = inadmissible(items[key], depth + 1);
    if (inner !== undefined) return within(key, inner);
  }
  return undefined;
}

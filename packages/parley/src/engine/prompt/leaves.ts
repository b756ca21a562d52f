import { invalidRequest } from '@parley/protocol/errors';

const MAX_DEPTH = 100;

/** Throws an ApiError 400 where arrays and objects are nested absurdly deep, before anything walks through them. */
export function checkNesting(value: unknown, param: string, depth = 0): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > MAX_DEPTH) {
    throw invalidRequest(param, `${param} has more than ${MAX_DEPTH} levels of nesting.`);
  }
  for (const item of Object.values(value)) checkNesting(item, param, depth + 1);
}

/** A copy in which every string, keys included, went through `change`. */
export function mapStrings(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item: unknown) => mapStrings(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [change(key), mapStrings(item, change)]),
  );
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

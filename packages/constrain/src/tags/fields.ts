import { ConstraintError } from '../errors.ts';

export type TagJson = Readonly<Record<string, unknown>>;

/** What errors in structural tags name as the keyword. */
export const KEYWORD = 'structural_tag';

export function fail(pointer: string, message: string): never {
  throw new ConstraintError('invalid', message, { pointer, keyword: KEYWORD });
}

export function objectAt(value: unknown, at: string): TagJson {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return fail(at, 'must be an object');
  return value as TagJson;
}

export function listAt(of: TagJson, key: string, at: string): unknown[] {
  const value = of[key];
  if (!Array.isArray(value) || value.length === 0)
    return fail(`${at}/${key}`, 'must be a list with at least one element');
  return value;
}

export function stringAt(of: TagJson, key: string, at: string): string {
  const value = of[key];
  return typeof value === 'string' ? value : fail(`${at}/${key}`, 'must be a string');
}

export function stringsAt(of: TagJson, key: string, at: string): string[] {
  const value = of[key] ?? [];
  if (!Array.isArray(value) || value.some((v) => typeof v !== 'string')) {
    return fail(`${at}/${key}`, 'must be a list of strings');
  }
  return value as string[];
}

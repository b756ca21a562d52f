import { ConstraintError } from '../errors.ts';
import type { Dialect } from './dialect.ts';
import type { Scope } from './scope.ts';

/** A schema document or a part of it that has a URI of its own. */
export type Resource = { uri: string; root: unknown; pointer: string; dialect: Dialect };

/** Where a schema stands: for messages and for references. */
export type Place = { pointer: string; resource: Resource; scope: Scope };

export type SchemaObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is SchemaObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function below<P extends { pointer: string }>(place: P, ...keys: (string | number)[]): P {
  const tail = keys.map((k) => `/${String(k).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  return { ...place, pointer: place.pointer + tail };
}

export function invalid(place: Place, keyword: string, message: string): never {
  throw new ConstraintError('invalid', `${keyword}: ${message}`, { pointer: place.pointer, keyword });
}

export function unsupported(place: Place, keyword: string, message: string): never {
  throw new ConstraintError('unsupported', `${keyword}: ${message}`, { pointer: place.pointer, keyword });
}

/** A keyword's value as a count of things, or undefined where the keyword is absent. */
export function countOf(schema: SchemaObject, keyword: string, place: Place): number | undefined {
  const value = schema[keyword];
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
    invalid(place, keyword, 'must be a non-negative integer');
  }
  return value;
}

export function numberOf(schema: SchemaObject, keyword: string, place: Place): number | undefined {
  const value = schema[keyword];
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value)) invalid(place, keyword, 'must be a number');
  return value;
}

export function namesOf(value: unknown, keyword: string, place: Place): string[] {
  if (!Array.isArray(value) || value.some((v) => typeof v !== 'string')) {
    invalid(place, keyword, 'must be a list of strings');
  }
  return value as string[];
}

export function mapOf(schema: SchemaObject, keyword: string, place: Place): [string, unknown][] {
  const value = schema[keyword];
  if (value === undefined) return [];
  if (!isObject(value)) return invalid(place, keyword, 'must be an object');
  return Object.entries(value);
}

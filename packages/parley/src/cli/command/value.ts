import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';

/** The parts of a JSON Schema that our settings use. */
export interface SettingSchema extends TSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly items?: SettingSchema;
  readonly description?: string;
  readonly default?: unknown;
}

/** What a value has to be, in words that fit behind "must be". */
export function expected(schema: SettingSchema): string {
  if (schema.enum) return `one of ${schema.enum.join(', ')}`;
  switch (schema.type) {
    case 'integer':
    case 'number':
      return `${schema.type === 'integer' ? 'a whole number' : 'a number'}${range(schema)}`;
    case 'boolean':
      return 'true or false';
    case 'array':
      return 'a list';
    case 'object':
      return 'a mapping of keys to values';
    default:
      return schema.pattern === undefined ? 'text that is not empty' : `text of the form ${schema.pattern}`;
  }
}

function range({ minimum, exclusiveMinimum, maximum }: SettingSchema): string {
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  if (minimum !== undefined) return ` of at least ${minimum}`;
  if (exclusiveMinimum !== undefined) return ` above ${exclusiveMinimum}`;
  return maximum === undefined ? '' : ` of at most ${maximum}`;
}

/** Reads a value from text, as it comes from a command line or the environment; undefined when it does not fit. */
export function fromText(schema: SettingSchema, text: string): unknown {
  const value = coerce(schema, text);
  return value !== undefined && Value.Check(schema, value) ? value : undefined;
}

function coerce(schema: SettingSchema, text: string): unknown {
  switch (schema.type) {
    case 'integer':
      return /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
    case 'number':
      return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    default:
      return text;
  }
}

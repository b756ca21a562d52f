import type { TSchema } from 'typebox';

/** The keywords of JSON Schema that the schemas of this package use. */
export interface JsonSchema {
  readonly type?: JsonType;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly not?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly propertyNames?: JsonSchema;
  readonly maxProperties?: number;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly default?: unknown;
  readonly deprecated?: boolean;
  readonly description?: string;
}

export type JsonType = 'null' | 'boolean' | 'integer' | 'number' | 'string' | 'array' | 'object';

/** A TypeBox schema is a JSON Schema; its type only does not say so. */
export function jsonSchema(schema: TSchema): JsonSchema {
  return schema as JsonSchema;
}

/** The JSON type of a value; undefined for what JSON does not have. Integers are numbers here. */
export function jsonType(value: unknown): Exclude<JsonType, 'integer'> | undefined {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  const type = typeof value;
  if (type === 'string' || type === 'number' || type === 'boolean' || type === 'object') return type;
  return undefined;
}

/** The branches of a schema, unions in unions dissolved; a schema that is no union is its only branch. */
export function branches(schema: JsonSchema): readonly JsonSchema[] {
  return schema.anyOf === undefined ? [schema] : schema.anyOf.flatMap(branches);
}

/** The type of a schema that is no union; undefined: any. */
export function declaredType(schema: JsonSchema): JsonType | undefined {
  if (schema.type !== undefined) return schema.type;
  const sample = schema.const ?? schema.enum?.[0];
  return sample === undefined ? undefined : jsonType(sample);
}

/** Whether a value of this type can stand where the branch is. */
export function admits(branch: JsonSchema, type: JsonType | undefined): boolean {
  const declared = declaredType(branch);
  return declared === undefined || declared === type || (declared === 'integer' && type === 'number');
}

/** Whether a schema accepts nothing: a key that must be absent. */
export function isNever(schema: JsonSchema | undefined): boolean {
  return schema?.not !== undefined;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import Type, { type Static, type TNull, type TOptional, type TSchema, type TUnion } from 'typebox';

export interface ParameterOptions {
  /** What a call without the parameter does, where that is one value. */
  readonly default?: unknown;
  readonly deprecated?: boolean;
}

/** An optional field in which null means the same as its absence. */
export function optional<T extends TSchema>(
  schema: T,
  description: string,
  options: ParameterOptions = {},
): TOptional<TUnion<[T, TNull]>> {
  return Type.Optional(Type.Union([schema, Type.Null()], { description, ...options }));
}

/** A JSON object of which nothing is known here. */
export const JsonObject = Type.Unsafe<Record<string, unknown>>({ type: 'object' });

/** An object of any keys, all of whose values have one schema; `keys` constrains the keys. */
export function map<T extends TSchema>(
  values: T,
  keys: { pattern?: string; maxLength?: number } = {},
  options = {},
) {
  const propertyNames = Object.keys(keys).length > 0 ? { propertyNames: { type: 'string', ...keys } } : {};
  return Type.Unsafe<Record<string, Static<T>>>({
    type: 'object',
    additionalProperties: values,
    ...propertyNames,
    ...options,
  });
}

/** A string of at least one character. */
export const NonEmptyString = Type.String({ minLength: 1 });

/** Index into a model's vocabulary. Whether the model has it is for the model to say. */
export const TokenId = Type.Integer({ minimum: 0, description: 'Index into the vocabulary of the model.' });

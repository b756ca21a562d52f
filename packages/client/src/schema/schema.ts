import { isFields, ParleyError } from '../errors.ts';
import { assertCheckable, check } from './check.ts';
import type { Infer, JsonSchema, Schema } from './infer.ts';
import { isSchema } from './nested.ts';
import type { Issue, StandardSchema } from './standard-schema.ts';
import { SchemaError, strictSchema, withoutNulls } from './strict.ts';

/** JSON Schema to send in place of what the schema itself says, or what makes it from the schema. */
export type ToJsonSchema<S> = object | ((schema: S) => object);

/** A schema made ready: what to send of it, and how to read what comes back. */
export interface Prepared<T> {
  readonly json: JsonSchema;
  /** The value, as the schema gives it; its defaults and transformations are applied. Throws InvalidValueError. */
  read(value: unknown): Promise<T>;
}

/** A value that the model wrote does not fit its schema. */
export class InvalidValueError extends ParleyError {
  static {
    InvalidValueError.prototype.name = 'InvalidValueError';
  }
  readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[]) {
    super(`The value does not fit its schema: ${issues.slice(0, 5).map(show).join('; ')}.`);
    this.issues = issues;
  }
}

/** Throws SchemaError for a schema that cannot be sent. */
export function prepare<S extends Schema>(
  schema: S,
  options: { readonly jsonSchema?: ToJsonSchema<S> | undefined; readonly strict: boolean },
): Prepared<Infer<S>> {
  const source = jsonSchemaOf(schema, options.jsonSchema);
  if (!isStandard(schema)) assertCheckable(source);
  return {
    json: options.strict ? strictSchema(source) : source,
    async read(value) {
      const given = options.strict ? withoutNulls(value, source) : value;
      if (!isStandard(schema)) {
        const issues = check(source, given, source);
        if (issues.length > 0) throw new InvalidValueError(issues);
        // It has been checked to be what the schema, and so its type, says.
        return given as Infer<S>;
      }
      const result = await schema['~standard'].validate(given);
      if (result.issues) throw new InvalidValueError(result.issues);
      return result.value as Infer<S>;
    },
  };
}

function jsonSchemaOf<S extends Schema>(schema: S, given: ToJsonSchema<S> | undefined): JsonSchema {
  const made = typeof given === 'function' ? given(schema) : (given ?? own(schema));
  if (isSchema(made)) return made;
  const vendor = isStandard(schema) ? schema['~standard'].vendor : 'this library';
  throw new SchemaError(
    `A schema of ${vendor} does not say what it is as JSON Schema: give that, or a function that makes it, as jsonSchema.`,
  );
}

/** What is asked of the model is what goes into the schema; what comes out may be transformed. */
function own(schema: Schema): unknown {
  if (!isStandard(schema)) return schema;
  return schema['~standard'].jsonSchema?.input({ target: 'draft-2020-12' });
}

function isStandard(schema: Schema): schema is StandardSchema {
  // Schemas of arktype are functions.
  return '~standard' in schema;
}

function show({ message, path = [] }: Issue): string {
  const keys = path.map((part) => String(isFields(part) ? part.key : part));
  return keys.length > 0 ? `${keys.join('.')}: ${message}` : message;
}

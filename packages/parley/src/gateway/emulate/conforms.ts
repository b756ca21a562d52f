import Schema from 'typebox/schema';

/** What is wrong with a value by a JSON Schema, in words; undefined where nothing is. */
export type Validate = (schema: Readonly<Record<string, unknown>>, value: unknown) => string | undefined;

const MAX_PROBLEM = 500;

/** Checks by walking the schema: nothing of it becomes code. Throws RangeError for one that refers to itself for ever. */
export const conforms: Validate = (schema, value) => {
  if (Schema.Check(schema, value)) return undefined;
  const [, errors] = Schema.Errors(schema, value);
  const [first] = errors;
  if (first === undefined) return 'it does not follow the schema';
  return `${first.instancePath || 'the value'} ${first.message}`.slice(0, MAX_PROBLEM);
};

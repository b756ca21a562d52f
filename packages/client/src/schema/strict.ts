import { isFields, ParleyError } from '../errors.ts';
import type { JsonSchema } from './infer.ts';
import { isSchema, listed, resolved, rewrite } from './nested.ts';

/** A schema cannot be sent, or what comes back could not be checked. Nothing was sent: the caller has to change it. */
export class SchemaError extends ParleyError {
  static {
    SchemaError.prototype.name = 'SchemaError';
  }
}

/**
 * The schema in the form that strict modes ask for: objects have all of their properties and no others. What was
 * optional may be null instead; `withoutNulls` takes those nulls out again.
 */
export function strictSchema(schema: JsonSchema): JsonSchema {
  const { type } = resolved(schema, schema) ?? {};
  if (type !== 'object') {
    const shown = JSON.stringify(type ?? Object.keys(schema));
    const message = `A strict schema is one of an object, got ${shown}: make it a property, or say strict: false.`;
    throw new SchemaError(message);
  }
  return rewrite(schema, ({ default: _, ...rest }) => {
    const { properties, required } = rest;
    if (!isSchema(properties)) return rest;
    const entries = Object.entries(properties).map(([name, inner]) => {
      const stays = isRequired(required, name) || !isSchema(inner) || allowsNull(inner, schema);
      return [name, stays ? inner : { anyOf: [inner, { type: 'null' }] }];
    });
    const closed = { additionalProperties: false, required: Object.keys(properties) };
    return { ...closed, ...rest, required: closed.required, properties: Object.fromEntries(entries) };
  });
}

/** The value without those nulls that only stand in it because `strictSchema` allowed them. */
export function withoutNulls(value: unknown, schema: JsonSchema, root: JsonSchema = schema): unknown {
  const meant = resolved(schema, root);
  if (!meant || !isFields(value)) return value;
  const branches = [...listed(meant.anyOf), ...listed(meant.oneOf)];
  const branch = branches.find((each) => mayBe(value, resolved(each, root)));
  if (branch) return withoutNulls(value, branch, root);
  if (Array.isArray(value)) {
    const { items } = meant;
    return isSchema(items) ? value.map((item) => withoutNulls(item, items, root)) : value;
  }
  const { properties, required, additionalProperties } = meant;
  const entries = Object.entries(value).flatMap(([name, field]) => {
    const inner = isSchema(properties) && name in properties ? properties[name] : additionalProperties;
    if (!isSchema(inner)) return [[name, field]];
    const added = field === null && !isRequired(required, name) && !allowsNull(inner, root);
    return added ? [] : [[name, withoutNulls(field, inner, root)]];
  });
  return Object.fromEntries(entries);
}

/** Whether a value looks like what a branch of a union describes: its names are known, its constants are those. */
function mayBe(value: Record<string, unknown>, schema: JsonSchema | undefined): boolean {
  if (Array.isArray(value)) return schema?.type === 'array';
  const { properties } = schema ?? {};
  return (
    isSchema(properties) &&
    Object.entries(value).every(([name, field]) => {
      const inner = properties[name];
      if (!isSchema(inner)) return false;
      const { const: constant = field, enum: values = [field] } = inner;
      return constant === field && Array.isArray(values) && values.includes(field);
    })
  );
}

function isRequired(required: unknown, name: string): boolean {
  return Array.isArray(required) && required.includes(name);
}

function allowsNull(schema: JsonSchema, root: JsonSchema): boolean {
  const { type, const: constant, enum: values, anyOf, oneOf } = resolved(schema, root) ?? {};
  if (type !== undefined) return [type].flat().includes('null');
  if (constant !== undefined) return constant === null;
  if (Array.isArray(values)) return values.includes(null);
  const branches = [...listed(anyOf), ...listed(oneOf)];
  // A schema that says nothing allows everything.
  return branches.length === 0 || branches.some((branch) => allowsNull(branch, root));
}

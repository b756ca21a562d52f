import { ConstraintError } from '../errors.ts';
import { isObject } from './place.ts';

/** What OpenAI's strict mode demands: every object closed, and every property required. */
export function checkStrict(schema: unknown, pointer = ''): void {
  if (Array.isArray(schema)) {
    for (const [i, item] of schema.entries()) checkStrict(item, `${pointer}/${i}`);
    return;
  }
  if (!isObject(schema)) return;
  const { properties } = schema;
  if (schema.type === 'object' || isObject(properties)) checkObject(schema, pointer);
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'enum' || key === 'const' || key === 'default' || key === 'examples') continue;
    if (key !== 'properties' && key !== '$defs' && key !== 'definitions')
      checkStrict(value, `${pointer}/${key}`);
    else if (isObject(value)) {
      for (const [name, item] of Object.entries(value)) checkStrict(item, `${pointer}/${key}/${name}`);
    }
  }
}

function checkObject(schema: Readonly<Record<string, unknown>>, pointer: string): void {
  if (schema.additionalProperties !== false) {
    throw new ConstraintError('invalid', 'additionalProperties: must be false in strict mode', {
      pointer,
      keyword: 'additionalProperties',
    });
  }
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  for (const name of Object.keys(isObject(schema.properties) ? schema.properties : {})) {
    if (required.has(name)) continue;
    throw new ConstraintError('invalid', `required: must name ${JSON.stringify(name)} in strict mode`, {
      pointer,
      keyword: 'required',
    });
  }
}

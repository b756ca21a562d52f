import { unsupportedParameter } from '../errors.ts';
import { explain } from '../explain.ts';
import { fault, faultError, formatPath, within } from '../fault.ts';
import { isObject, jsonSchema } from '../json-schema.ts';
import type { Profile, ProfileEndpoint } from './profile.ts';

/**
 * Refuses what the provider does not document: a parameter that it does not have, one that it requires, a value
 * outside of what it takes. What remains is for the parser of this server to check, as is a body that is no object.
 * Throws ApiError 400 that names the parameter.
 */
export function checkProfile({ title }: Profile, endpoint: ProfileEndpoint, body: unknown): void {
  if (!isObject(body)) return;
  for (const [name, value] of Object.entries(body)) {
    const schema = Object.hasOwn(endpoint.parameters, name) ? endpoint.parameters[name] : undefined;
    if (schema === undefined) throw foreign(name, title);
    if (value === null || value === undefined) continue;
    const wrong = explain(jsonSchema(schema), value);
    if (wrong !== undefined) throw faultError(within(name, wrong));
  }
  const missing = endpoint.required.find((name) => (body[name] ?? undefined) === undefined);
  if (missing === undefined) return;
  throw faultError(fault('missing_required_parameter', `is required by ${title}`, [missing]));
}

function foreign(name: string, title: string) {
  const path = formatPath([name]);
  return unsupportedParameter(
    path,
    `${path} is not a parameter of ${title}. The base path /v1 takes what every provider documents.`,
  );
}

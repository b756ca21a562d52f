import type { Parameters } from '../../core/complete.ts';
import { structuredFields } from '../providers/structured.ts';
import type { Provider } from '../target.ts';
import { isObject, type Json, objectOf } from './json.ts';

/** That the upstream itself shall enforce JSON. `schema` undefined: any object. */
export interface EnforcedJson {
  readonly schema: Json | undefined;
}

/** What `response_format` or `structured_outputs` ask for, where it is JSON. */
export function enforcedJson(provider: Provider, parameters: Parameters): EnforcedJson | undefined {
  const format: unknown =
    structuredFields(provider, parameters)?.response_format ?? parameters.response_format;
  if (!isObject(format)) return undefined;
  if (format.type === 'json_object') return { schema: undefined };
  if (format.type !== 'json_schema') return undefined;
  return { schema: objectOf(objectOf(format.json_schema)?.schema) };
}

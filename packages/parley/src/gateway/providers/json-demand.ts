import type { Parameters } from '../../core/complete.ts';
import type { ParameterName } from '../target.ts';

type JsonSchema = Readonly<Record<string, unknown>>;

/** That an answer is JSON, and of what form. */
export interface JsonDemand {
  /** The parameter that says so. */
  readonly parameter: Extract<ParameterName, 'response_format' | 'structured_outputs'>;
  /** Undefined: any object. */
  readonly schema: JsonSchema | undefined;
}

/** What can be checked on an answer after it was given; undefined where the demand is none or of another kind. */
export function jsonDemand(parameters: Parameters): JsonDemand | undefined {
  return fromFormat(parameters) ?? fromStructured(parameters);
}

function fromFormat({ response_format: format }: Parameters): JsonDemand | undefined {
  const parameter = 'response_format';
  if (format?.type === 'json_object') return { parameter, schema: undefined };
  if (format?.type !== 'json_schema') return undefined;
  const schema = format.json_schema.schema ?? undefined;
  return schema === undefined || isCheckable(schema) ? { parameter, schema } : undefined;
}

function fromStructured({ structured_outputs: outputs }: Parameters): JsonDemand | undefined {
  const parameter = 'structured_outputs';
  if (!outputs || hasOptions(outputs)) return undefined;
  if (outputs.json_object === true) return { parameter, schema: undefined };
  const schema = schemaOf(outputs.json);
  return schema !== undefined && isCheckable(schema) ? { parameter, schema } : undefined;
}

const CONSTRAINTS: ReadonlySet<string> = new Set([
  'json',
  'regex',
  'choice',
  'grammar',
  'json_object',
  'structural_tag',
]);

/** Options of the enforcement, which only vLLM knows. */
export function hasOptions(outputs: object): boolean {
  return Object.entries(outputs).some(
    ([name, value]) => !CONSTRAINTS.has(name) && (value ?? false) !== false,
  );
}

/** The schema, which may be given as JSON text. Undefined where it is none. */
export function schemaOf(json: unknown): JsonSchema | undefined {
  if (typeof json !== 'string') return isObject(json) ? json : undefined;
  try {
    const schema: unknown = JSON.parse(json);
    return isObject(schema) ? schema : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * A caller's regular expression can take exponential time on an answer, and would stop the whole server: schemas with one
 * are left to upstreams that enforce them.
 */
const PATTERNS: ReadonlySet<string> = new Set(['pattern', 'patternProperties', 'format']);
/** Deeper ones could exhaust the stack of those who walk them. */
const MAX_DEPTH = 64;

/** Keywords whose keys are names, each with a schema. */
const MAPS: ReadonlySet<string> = new Set(['properties', '$defs', 'definitions', 'dependentSchemas']);
/** Keywords whose values are no schemas. */
const VALUES: ReadonlySet<string> = new Set(['enum', 'const', 'default', 'examples']);

function isCheckable(schema: unknown, depth = 0): boolean {
  if (depth > MAX_DEPTH) return false;
  if (Array.isArray(schema)) return schema.every((each) => isCheckable(each, depth + 1));
  if (!isObject(schema)) return true;
  return Object.entries(schema).every(([key, value]) => {
    if (VALUES.has(key)) return true;
    if (MAPS.has(key) && isObject(value))
      return Object.values(value).every((each) => isCheckable(each, depth + 1));
    return !PATTERNS.has(key) && isCheckable(value, depth + 1);
  });
}

function isObject(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

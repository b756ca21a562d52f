import type { ToolSpec } from './format.ts';
import { argumentsSchema } from './json-arguments.ts';

type Schema = Readonly<Record<string, unknown>>;

/** One argument of a tool, for formats that write each on its own. */
export interface Parameter {
  readonly name: string;
  readonly schema: Schema;
  readonly isRequired: boolean;
  /** What its values are: strings alone, no strings at all, or both, as far as that is plain to see. */
  readonly kind: 'string' | 'other' | 'any';
}

/** Keywords that say nothing of how the arguments of a call go together. */
const KNOWN = new Set([
  ...['type', 'properties', 'required', 'additionalProperties', '$defs', 'definitions', '$schema', 'strict'],
  ...['title', 'description', '$comment', 'default', 'examples', 'deprecated'],
]);

/**
 * The arguments of a tool one by one, in the order of their declaration. Undefined where the schema relates them to each
 * other, or where a name does not match the pattern: such arguments have to be written as one JSON object.
 */
export function plainParameters(tool: ToolSpec, names: RegExp): readonly Parameter[] | undefined {
  const schema = argumentsSchema(tool);
  if (Object.keys(schema).some((key) => !KNOWN.has(key)) || !hasPlainReferences(schema)) return undefined;
  const { properties = {}, required = [] } = schema;
  if (!isObject(properties) || !Array.isArray(required)) return undefined;
  if (required.some((name: unknown) => typeof name !== 'string' || !Object.hasOwn(properties, name)))
    return undefined;
  const parameters: Parameter[] = [];
  for (const [name, value] of Object.entries(properties)) {
    const isRequired = required.includes(name);
    if (value === false && !isRequired) continue;
    const own = value === true ? {} : value;
    if (!names.test(name) || !isObject(own) || '$defs' in own || 'definitions' in own) return undefined;
    parameters.push({ name, schema: { ...shared(schema), ...own }, isRequired, kind: kindOf(own) });
  }
  return parameters;
}

/** What the schema of one argument may refer to. */
function shared({ $schema, $defs, definitions }: Schema): Schema {
  return {
    ...($schema !== undefined && { $schema }),
    ...($defs !== undefined && { $defs }),
    ...(definitions !== undefined && { definitions }),
  };
}

function kindOf({ type, enum: values, const: value }: Schema): Parameter['kind'] {
  if (type === 'string') return 'string';
  if (typeof type === 'string') return 'other';
  if (Array.isArray(type)) return type.includes('string') ? 'any' : 'other';
  const list = Array.isArray(values) ? values : value === undefined ? [] : [value];
  if (list.length === 0) return 'any';
  if (list.every((one) => typeof one === 'string')) return 'string';
  return list.some((one) => typeof one === 'string') ? 'any' : 'other';
}

/** Whether all references lead to definitions, which every argument's schema can have. */
function hasPlainReferences(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(hasPlainReferences);
  if (!isObject(value)) return true;
  return Object.entries(value).every(([key, inner]) => {
    if (key === '$ref') return typeof inner === 'string' && /^#\/(?:\$defs|definitions)\//.test(inner);
    if (/^\$(?:id|anchor|dynamicRef|dynamicAnchor|recursiveRef|recursiveAnchor)$/.test(key)) return false;
    return hasPlainReferences(inner);
  });
}

function isObject(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

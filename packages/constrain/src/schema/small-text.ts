/** Keywords that constrain nothing. */
const ANNOTATIONS = new Set([
  'title',
  'description',
  'default',
  'examples',
  '$comment',
  'deprecated',
  'readOnly',
]);
const IDENTITIES = new Set(['$id', 'id', '$anchor', '$dynamicAnchor', '$recursiveAnchor']);
/** Keywords whose values are maps by the names of properties, patterns or definitions. */
const MAPS = new Set([
  ...['$defs', 'definitions', 'dependencies', 'dependentRequired', 'dependentSchemas'],
  ...['patternProperties', 'properties'],
]);
const MAX_NODES = 60;
const MAX_DATA_NODES = 200;
const MAX_STRING = 1000;

/** What a part of a schema is: its keywords, a map of schemas by name, or data that says nothing about schemas. */
type Role = 'schema' | 'map' | 'data';

/**
 * A schema's text without annotations, or null for schemas that are not small or have an identity of their own; `nodes`
 * is how many values were looked at.
 */
export function smallText(schema: Readonly<Record<string, unknown>>): { text: string | null; nodes: number } {
  const seen = { schema: 0, data: 0 };
  const text = write(schema, 'schema', seen);
  return { text, nodes: seen.schema + seen.data };
}

function write(value: unknown, role: Role, seen: { schema: number; data: number }): string | null {
  if (role === 'data' ? ++seen.data > MAX_DATA_NODES : ++seen.schema > MAX_NODES) return null;
  if (typeof value === 'string' && value.length > MAX_STRING) return null;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const parts: string[] = [];
  for (const [key, item] of entriesOf(value)) {
    const named = role === 'schema' && !Array.isArray(value);
    if (named && ANNOTATIONS.has(key)) continue;
    if (named && IDENTITIES.has(key)) return null;
    const text = write(item, roleOf(key, role, named), seen);
    if (text === null) return null;
    parts.push(`${JSON.stringify(key)}:${text}`);
  }
  return Array.isArray(value) ? `[${parts.join()}]` : `{${parts.join()}}`;
}

function roleOf(key: string, role: Role, named: boolean): Role {
  if (role === 'data') return 'data';
  if (named && (key === 'enum' || key === 'const')) return 'data';
  return named && MAPS.has(key) ? 'map' : 'schema';
}

/** One after another, so that nothing large is copied before it is known to be too large. */
function* entriesOf(value: object): Iterable<[string, unknown]> {
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) yield [String(i), item];
    return;
  }
  for (const key in value)
    if (Object.hasOwn(value, key)) yield [key, (value as Record<string, unknown>)[key]];
}

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
const MAX_NODES = 60;

/** A schema's text without annotations, or null for schemas that are not small or have an identity of their own. */
export function smallText(schema: Readonly<Record<string, unknown>>): string | null {
  let nodes = 0;
  const plain = (value: unknown): string | null => {
    const text = JSON.stringify(value) ?? '';
    return text.length > 1000 ? null : text;
  };
  const write = (value: unknown, isSchema: boolean): string | null => {
    if (++nodes > MAX_NODES) return null;
    if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
    const parts: string[] = [];
    for (const [key, item] of Object.entries(value)) {
      if (isSchema && ANNOTATIONS.has(key) && !Array.isArray(value)) continue;
      if (key === '$id' || key === 'id' || key === '$anchor' || key === '$dynamicAnchor') return null;
      const named = key === 'properties' || key === 'patternProperties';
      const data = isSchema && (key === 'enum' || key === 'const');
      const text = data ? plain(item) : write(item, !(isSchema && named));
      if (text === null) return null;
      parts.push(`${JSON.stringify(key)}:${text}`);
    }
    return Array.isArray(value) ? `[${parts.join()}]` : `{${parts.join()}}`;
  };
  return write(schema, true);
}

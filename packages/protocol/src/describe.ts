import { range } from './explain.ts';
import { branches, declaredType, type JsonSchema } from './json-schema.ts';

function withoutNull(schema: JsonSchema): readonly JsonSchema[] {
  return branches(schema).filter((branch) => branch.type !== 'null');
}

/** The type of a schema in the manner of TypeScript, null left out: `string | string[]`. */
export function typeText(schema: JsonSchema): string {
  return [...new Set(withoutNull(schema).map(branchType))].join(' | ');
}

function branchType(schema: JsonSchema): string {
  const words = schema.enum ?? (schema.const === undefined ? undefined : [schema.const]);
  if (words !== undefined) return words.map((word) => JSON.stringify(word)).join(' | ');
  const type = declaredType(schema) ?? 'unknown';
  if (type === 'array' && schema.items !== undefined) {
    const items = typeText(schema.items);
    return items.includes(' | ') ? `(${items})[]` : `${items}[]`;
  }
  if (typeof schema.additionalProperties === 'object')
    return `map<string, ${typeText(schema.additionalProperties)}>`;
  if (schema.properties !== undefined) return objectType(schema.properties, schema.required ?? []);
  return type;
}

function objectType(properties: Readonly<Record<string, JsonSchema>>, required: readonly string[]): string {
  const fields = Object.entries(properties)
    .filter(([, property]) => property.not === undefined)
    .map(([key, { const: constant }]) => {
      const value = constant === undefined ? '' : `: ${JSON.stringify(constant)}`;
      return `${key}${required.includes(key) ? '' : '?'}${value}`;
    });
  return `{${fields.join(', ')}}`;
}

/** What bounds a schema sets, in words: `between 0 and 2`, `1 to 4 items`; undefined where there are none. */
export function rangeText(schema: JsonSchema): string | undefined {
  const texts = withoutNull(schema).flatMap(branchRanges);
  return texts.length === 0 ? undefined : [...new Set(texts)].join('; ');
}

function branchRanges(schema: JsonSchema): string[] {
  const { minItems, maxItems, minLength, maxLength, pattern, maxProperties, items } = schema;
  const values =
    typeof schema.additionalProperties === 'object' ? rangeText(schema.additionalProperties) : undefined;
  const keys = schema.propertyNames === undefined ? undefined : rangeText(schema.propertyNames);
  const each = items === undefined ? undefined : rangeText(items);
  return [
    range(schema),
    counted(minItems, maxItems, 'items'),
    counted(undefined, maxProperties, 'keys'),
    counted(minLength, maxLength, 'characters'),
    pattern === undefined ? undefined : `matching ${pattern}`,
    each === undefined || schema.items?.properties !== undefined ? undefined : `each item ${each}`,
    keys === undefined ? undefined : `keys ${keys}`,
    values === undefined ? undefined : `values ${values}`,
  ].filter((text) => text !== undefined);
}

function counted(least: number | undefined, most: number | undefined, unit: string): string | undefined {
  if (least !== undefined && most !== undefined) return `${least} to ${most} ${unit}`;
  if (most !== undefined) return `at most ${most} ${unit}`;
  return least === undefined ? undefined : `at least ${least} ${least === 1 ? unit.replace(/s$/, '') : unit}`;
}

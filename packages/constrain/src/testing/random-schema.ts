import type { Random } from './texts.ts';

type Schema = boolean | Record<string, unknown>;

export const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
const many = <T>(random: Random, max: number, make: () => T): T[] =>
  Array.from({ length: 1 + Math.floor(random() * max) }, make);

const NAMES = ['a', 'b', 'c', 'ab'];
const SCALARS = [null, true, false, 0, 1, 2, 3, -1, 1.5, 10, '', 'a', 'b', 'ab', 'abc', 'é'];

export function randomValue(random: Random, depth = 2): unknown {
  const kind = depth > 0 ? random() : 0;
  if (kind < 0.4) return pick(random, SCALARS);
  const length = Math.floor(random() * 4);
  if (kind < 0.65) return Array.from({ length }, () => randomValue(random, depth - 1));
  return Object.fromEntries(
    Array.from({ length }, () => [pick(random, NAMES), randomValue(random, depth - 1)]),
  );
}

/**
 * A small schema of draft 2020-12 with keywords of all kinds, without the unevaluated ones: where those nest, ajv 8.20
 * compiles some schemas into programs that throw.
 */
export function randomSchema(random: Random, depth = 2): Schema {
  if (random() < 0.06) return random() < 0.7;
  const below = () =>
    depth > 0 ? randomSchema(random, depth - 1) : pick<Schema>(random, [true, false, { type: 'integer' }]);
  const count = () => Math.floor(random() * 4);
  const keyed = (names: string[], make: () => unknown, max: number) =>
    Object.fromEntries(many(random, max, () => [pick(random, names), make()]));
  const keywords: Record<string, () => unknown> = {
    type: () =>
      pick<unknown>(random, [
        'string',
        'integer',
        'number',
        'array',
        'object',
        'boolean',
        'null',
        ['string', 'null'],
        ['array', 'object', 'integer'],
      ]),
    enum: () => many(random, 3, () => randomValue(random, 1)),
    const: () => randomValue(random, 1),
    minimum: () => count() - 2,
    exclusiveMaximum: () => count() * 3,
    multipleOf: () => pick(random, [1, 2, 0.5]),
    minLength: count,
    maxLength: count,
    pattern: () => pick(random, ['^a', 'b$', '^[a-c]*$', '^(?!a)']),
    items: below,
    prefixItems: () => many(random, 2, below),
    minItems: count,
    maxItems: count,
    uniqueItems: () => true,
    // Only at the top: in a loop over items ajv 8.20 carries its verdict on contains from one item to the next.
    contains: () => (depth === 2 ? below() : true),
    properties: () => keyed(NAMES, below, 3),
    patternProperties: () => keyed(['^a', 'b$'], below, 2),
    additionalProperties: below,
    propertyNames: () => pick(random, [{ maxLength: 1 }, { pattern: '^a' }, { enum: ['a', 'b'] }]),
    required: () => [...new Set(many(random, 2, () => pick(random, NAMES)))],
    minProperties: count,
    maxProperties: count,
    dependentRequired: () => keyed(NAMES, () => [pick(random, NAMES)], 2),
    dependentSchemas: () => keyed(NAMES, below, 1),
    not: below,
    if: below,
    allOf: () => many(random, 2, below),
    anyOf: () => many(random, 3, below),
    oneOf: () => many(random, 3, below),
  };
  const schema: Record<string, unknown> = {};
  for (const keyword of many(random, 4, () => pick(random, Object.keys(keywords))))
    schema[keyword] = keywords[keyword]!();
  if (schema.contains === true) delete schema.contains;
  // ajv 8.20 asks nothing of an empty array where contains stands beside prefixItems.
  if (schema.contains !== undefined) delete schema.prefixItems;
  if (schema.if !== undefined) Object.assign(schema, { [random() < 0.5 ? 'then' : 'else']: below() });
  return schema;
}

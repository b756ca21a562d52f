const string = (minLength, maxLength) => ({ type: 'string', minLength, ...(maxLength && { maxLength }) });

/** All properties are required, and there are no others. */
const object = (properties) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});

/** Strings, numbers, enums and arrays, so long that every answer of `tokens` tokens is cut off by its limit. */
export function longSchema(tokens) {
  const item = object({
    name: string(12, 40),
    price: { type: 'number' },
    kind: { enum: ['book', 'tool', 'toy'] },
    inStock: { type: 'boolean' },
  });
  return object({
    title: string(40),
    year: { type: 'integer', minimum: 1900, maximum: 2100 },
    status: { enum: ['draft', 'published', 'archived'] },
    tags: { type: 'array', items: string(8, 24), minItems: 4 },
    items: { type: 'array', items: item, minItems: 12 },
    // No token of the vocabularies in use is longer than this many characters.
    summary: string(tokens * 32),
  });
}

/** What one would have a model extract from a mail; answers end by themselves. */
export const EXTRACTION = object({
  name: { type: 'string', maxLength: 60 },
  email: { type: 'string', format: 'email', maxLength: 60 },
  age: { type: 'integer', minimum: 0, maximum: 150 },
  occupation: { enum: ['engineer', 'teacher', 'doctor', 'other'] },
  skills: { type: 'array', items: { type: 'string', maxLength: 20 }, maxItems: 4 },
  subscribed: { type: 'boolean' },
});

/** Takes about two thirds of a millisecond to compile for each of its fields. Another one for another `seed`. */
export function wideSchema(fields, seed) {
  const field = (i) => ({
    oneOf: [
      {
        type: 'object',
        properties: {
          kind: { const: `a${i}` },
          value: { type: 'string', pattern: `^[a-z]{1,${3 + (i % 5)}}-${i}` },
        },
        required: ['kind'],
      },
      {
        type: 'object',
        properties: {
          kind: { const: `b${i}` },
          list: {
            type: 'array',
            items: {
              anyOf: [
                { type: 'integer', minimum: i },
                { type: 'string', maxLength: i + 1 },
              ],
            },
            minItems: 1,
          },
        },
        required: ['kind', 'list'],
      },
      { type: 'integer', minimum: i, maximum: i + 100 },
    ],
  });
  const properties = Object.fromEntries(Array.from({ length: fields }, (_, i) => [`field_${i}`, field(i)]));
  return { type: 'object', description: `number ${seed}`, properties, required: ['field_0'] };
}

export const responseFormat = (schema) => ({
  response_format: { type: 'json_schema', json_schema: { name: 'answer', schema } },
});

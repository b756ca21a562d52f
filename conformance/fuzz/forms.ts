import fc, { type Arbitrary } from 'fast-check';
import { grammars, regexes } from './patterns.ts';

const formats = fc.constantFrom('date', 'date-time', 'email', 'uuid', 'ipv4', 'uri', 'no-such-format');

/** JSON Schemas, sound ones and odd ones: what `response_format` and `tools` carry. */
export const jsonSchemas: Arbitrary<unknown> = fc.letrec((tie) => {
  const schema = tie('schema');
  const small = fc.nat(4);
  const names = fc.constantFrom('a', 'b', 'city', 'é', '$ref', '__proto__', '');
  const some = (value: Arbitrary<unknown>) => fc.option(value, { nil: undefined });
  const withType = (type: string, fields: Record<string, Arbitrary<unknown>>) =>
    fc.record({ type: fc.constant(type), ...fields }, { requiredKeys: ['type'] });
  return {
    schema: fc.oneof(
      { depthIdentifier: 'form', maxDepth: 3, withCrossShrink: true },
      { weight: 4, arbitrary: tie('leaf') },
      { weight: 3, arbitrary: tie('object') },
      { weight: 2, arbitrary: tie('array') },
      { weight: 2, arbitrary: tie('combination') },
    ),
    leaf: fc.oneof(
      withType('string', { minLength: small, maxLength: fc.nat(9), pattern: regexes, format: formats }),
      withType('integer', {
        minimum: fc.integer(),
        maximum: fc.integer(),
        multipleOf: fc.constantFrom(1, 3, 0.5, 0, -2),
      }),
      withType('number', { minimum: fc.double(), exclusiveMaximum: fc.double({ noNaN: true }) }),
      fc.constantFrom(
        { type: 'boolean' },
        { type: 'null' },
        true,
        false,
        {},
        { $ref: '#' },
        { $ref: '#/$defs/x' },
      ),
      fc.record({ enum: fc.array(fc.jsonValue({ maxDepth: 1 }), { maxLength: 4 }) }),
      fc.record({ const: fc.jsonValue({ maxDepth: 2 }) }),
      fc.record({ type: fc.subarray(['string', 'integer', 'null', 'object', 'array']) }),
    ),
    object: withType('object', {
      properties: fc.dictionary(names, schema, { maxKeys: 3 }),
      required: fc.uniqueArray(names, { maxLength: 3 }),
      additionalProperties: fc.oneof(fc.boolean(), schema),
      patternProperties: some(fc.dictionary(regexes, schema, { maxKeys: 2 })),
      propertyNames: some(schema),
      minProperties: some(small),
      dependentRequired: some(fc.dictionary(names, fc.array(names, { maxLength: 2 }), { maxKeys: 2 })),
    }),
    array: withType('array', {
      items: schema,
      prefixItems: some(fc.array(schema, { maxLength: 2 })),
      minItems: small,
      maxItems: fc.nat(6),
      uniqueItems: some(fc.boolean()),
      contains: some(schema),
    }),
    combination: fc.record(
      {
        anyOf: fc.array(schema, { maxLength: 3 }),
        oneOf: fc.array(schema, { maxLength: 3 }),
        allOf: fc.array(schema, { maxLength: 2 }),
        not: schema,
        if: schema,
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
        then: schema,
        else: schema,
        $defs: fc.record({ x: schema }),
      },
      { requiredKeys: [] },
    ),
  };
}).schema;

/** Structural tags in XGrammar's form. */
export const tagFormats: Arbitrary<unknown> = fc.letrec((tie) => {
  const format = tie('format');
  const mark = fc.constantFrom('<a>', '</a>', '\n', '', 'é');
  const kind = (type: string, fields: Record<string, Arbitrary<unknown>>) =>
    fc.record({ type: fc.constant(type), ...fields });
  return {
    format: fc.oneof(
      { depthIdentifier: 'tag', maxDepth: 3, withCrossShrink: true },
      kind('const_string', { value: mark }),
      kind('any_text', {}),
      kind('json_schema', { json_schema: jsonSchemas }),
      kind('regex', { pattern: regexes }),
      kind('grammar', { grammar: grammars }),
      kind('sequence', { elements: fc.array(format, { maxLength: 3 }) }),
      kind('or', { elements: fc.array(format, { maxLength: 3 }) }),
      kind('star', { content: format }),
      tie('tag'),
      kind('triggered_tags', {
        triggers: fc.array(mark, { maxLength: 2 }),
        tags: fc.array(tie('tag'), { maxLength: 2 }),
      }),
      kind('no_such_kind', {}),
    ),
    tag: kind('tag', { begin: mark, content: format, end: mark }),
  };
}).format;

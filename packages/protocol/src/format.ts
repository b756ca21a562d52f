import Type, { type Static } from 'typebox';
import { JsonObject, NonEmptyString, optional } from './parameter.ts';

export const JsonSchemaFormat = Type.Object({
  type: Type.Literal('json_schema'),
  json_schema: Type.Object({
    name: Type.String({ minLength: 1, maxLength: 256, description: 'Name of the schema.' }),
    description: optional(Type.String(), 'What the format is for; shown to the model.'),
    schema: optional(JsonObject, 'JSON Schema of the answer. Absent: any JSON object.'),
    strict: optional(Type.Boolean(), 'Whether the schema is enforced while tokens are drawn.', {
      default: false,
    }),
  }),
});

export const StructuralTagFormat = Type.Object({
  type: Type.Literal('structural_tag'),
  format: JsonObject,
});

export const LegacyStructuralTagFormat = Type.Object({
  type: Type.Literal('structural_tag'),
  structures: Type.Array(
    Type.Object({
      begin: Type.String(),
      end: Type.String(),
      schema: optional(JsonObject, 'JSON Schema of what stands between begin and end.'),
    }),
  ),
  triggers: Type.Array(Type.String()),
});

export const ResponseFormat = Type.Union([
  Type.Object({ type: Type.Literal('text') }),
  Type.Object({ type: Type.Literal('json_object') }),
  JsonSchemaFormat,
  StructuralTagFormat,
  LegacyStructuralTagFormat,
]);
export type ResponseFormat = Static<typeof ResponseFormat>;

export const StructuredOutputs = Type.Object({
  json: optional(Type.Union([NonEmptyString, JsonObject]), 'JSON Schema, as text or as an object.'),
  regex: optional(NonEmptyString, 'Regular expression that the whole answer matches.'),
  choice: optional(Type.Array(Type.String(), { minItems: 1 }), 'The answer is one of these.'),
  grammar: optional(NonEmptyString, 'Context-free grammar of the answer.'),
  json_object: optional(Type.Boolean(), 'Any JSON object.'),
  structural_tag: optional(
    Type.Union([NonEmptyString, JsonObject]),
    'Structural tag, as JSON text or as an object.',
  ),
  whitespace_pattern: optional(Type.String(), 'Regular expression of the white space inside JSON.'),
  disable_fallback: optional(Type.Boolean(), 'Fail rather than use another implementation.', {
    default: false,
  }),
  disable_any_whitespace: optional(Type.Boolean(), 'JSON without white space.', { default: false }),
  disable_additional_properties: optional(
    Type.Boolean(),
    'Objects have no properties but those of the schema.',
    { default: false },
  ),
  _backend: optional(Type.String(), 'Name of the implementation; internal to vLLM.'),
  _backend_was_auto: optional(Type.Boolean(), 'Internal to vLLM.'),
});
export type StructuredOutputs = Static<typeof StructuredOutputs>;

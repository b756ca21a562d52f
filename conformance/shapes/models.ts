import Type, { type Static } from 'typebox';
import { shapeCheck } from './check.ts';
import { closed, nullable, optional, Text, Whole } from './schema.ts';

const Parameter = closed({
  honoured: Type.Boolean(),
  reason: optional(Text),
  description: optional(Text),
  type: optional(Text),
  default: optional(Type.Unknown()),
  range: optional(Text),
});

/** `Model`; what comes after the published four is ours and vLLM's. */
export const Model = closed(
  {
    id: Type.String({ minLength: 1 }),
    object: Type.Literal('model'),
    created: Type.Integer({ minimum: 1 }),
    owned_by: Text,
  },
  {
    name: optional(Text),
    description: optional(Text),
    aliases: optional(Type.Array(Text)),
    context_length: optional(Whole),
    max_model_len: optional(Whole),
    parameter_count: optional(nullable(Whole)),
    quantization: optional(nullable(Text)),
    size_bytes: optional(nullable(Whole)),
    vocabulary_size: optional(nullable(Whole)),
    capabilities: optional(Type.Record(Type.String(), Type.Boolean())),
    parameters: optional(Type.Record(Type.String(), Parameter)),
  },
);
export type Model = Static<typeof Model>;
export const checkModel: (value: unknown) => asserts value is Model = shapeCheck('model', Model);

export const ModelList = closed({ object: Type.Literal('list'), data: Type.Array(Model, { minItems: 1 }) });
export type ModelList = Static<typeof ModelList>;
export const checkModelList: (value: unknown) => asserts value is ModelList = shapeCheck(
  'list of models',
  ModelList,
);

export const Tokens = closed({
  count: Whole,
  max_model_len: Type.Integer({ minimum: 1 }),
  tokens: Type.Array(Whole),
  token_strs: nullable(Type.Array(Text)),
});
export type Tokens = Static<typeof Tokens>;
/** vLLM's answer of `/tokenize`. */
export const checkTokens: (value: unknown) => asserts value is Tokens = shapeCheck(
  'answer of /tokenize',
  Tokens,
);

export const Detokenized = closed({ prompt: Text });
export type Detokenized = Static<typeof Detokenized>;
export const checkDetokenized: (value: unknown) => asserts value is Detokenized = shapeCheck(
  'answer of /detokenize',
  Detokenized,
);

import Type, { type Static } from 'typebox';
import { map } from './parameter.ts';
import { Count, closed, nullable } from './response-fields.ts';

export const ModelCapabilities = Type.Object(
  {
    chat: Type.Boolean(),
    completions: Type.Boolean(),
    streaming: Type.Boolean(),
    logprobs: Type.Boolean(),
    tools: Type.Boolean(),
    structured_outputs: Type.Boolean(),
    reasoning: Type.Boolean(),
    vision: Type.Boolean(),
    audio: Type.Boolean(),
  },
  closed,
);
export type ModelCapabilities = Static<typeof ModelCapabilities>;

/** What becomes of a parameter on a model, beside what the parameter means. */
export const ModelParameter = Type.Object(
  {
    honoured: Type.Boolean({ description: 'False: a call that gives the parameter is a 400.' }),
    reason: Type.Optional(Type.String({ description: 'Why it is refused.' })),
    description: Type.Optional(Type.String()),
    type: Type.Optional(Type.String()),
    default: Type.Optional(Type.Unknown()),
    range: Type.Optional(Type.String()),
  },
  closed,
);
export type ModelParameter = Static<typeof ModelParameter>;

/** A model as `GET /v1/models` and `GET /v1/models/{id}` show it; `parameters` only the latter. */
export const ModelObject = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('model'),
    created: Type.Integer({ description: 'Unix time in seconds.' }),
    owned_by: Type.String(),
    name: Type.Optional(Type.String()),
    description: Type.Optional(Type.String()),
    aliases: Type.Optional(Type.Array(Type.String())),
    context_length: Type.Optional(
      Type.Integer({ minimum: 1, description: 'Tokens of prompt and answer together.' }),
    ),
    max_model_len: Type.Optional(
      Type.Integer({ minimum: 1, description: "vLLM's name of `context_length`." }),
    ),
    parameter_count: Type.Optional(nullable(Count)),
    quantization: Type.Optional(nullable(Type.String())),
    size_bytes: Type.Optional(nullable(Count)),
    vocabulary_size: Type.Optional(nullable(Count)),
    capabilities: Type.Optional(ModelCapabilities),
    parameters: Type.Optional(map(ModelParameter)),
  },
  closed,
);
export type ModelObject = Static<typeof ModelObject>;

export const ModelList = Type.Object({ object: Type.Literal('list'), data: Type.Array(ModelObject) }, closed);
export type ModelList = Static<typeof ModelList>;

/** Prices are decimal strings of US dollars: a token, a request, an image. */
export const OpenRouterModel = Type.Object(
  {
    id: Type.String(),
    hugging_face_id: nullable(Type.String()),
    name: Type.String(),
    created: Type.Integer({ description: 'Unix time in seconds.' }),
    description: Type.Optional(Type.String()),
    input_modalities: Type.Array(Type.Enum(['text', 'image', 'file', 'audio'])),
    output_modalities: Type.Array(Type.Enum(['text', 'image', 'audio'])),
    quantization: nullable(Type.String()),
    context_length: Type.Integer({ minimum: 1 }),
    max_output_length: Type.Integer({ minimum: 1 }),
    pricing: map(Type.String()),
    supported_sampling_parameters: Type.Array(Type.String()),
    supported_features: Type.Array(Type.String()),
  },
  closed,
);
export type OpenRouterModel = Static<typeof OpenRouterModel>;

/** `GET /v1/models?format=openrouter`. */
export const OpenRouterModelList = Type.Object({ data: Type.Array(OpenRouterModel) }, closed);
export type OpenRouterModelList = Static<typeof OpenRouterModelList>;

/** Prices in US dollars per million tokens. */
export const HuggingFaceModel = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal('model'),
    created: Type.Integer({ description: 'Unix time in seconds.' }),
    owned_by: Type.String(),
    context_length: Type.Integer({ minimum: 1 }),
    pricing: Type.Optional(Type.Object({ input: Type.Number(), output: Type.Number() }, closed)),
    supports_tools: Type.Boolean(),
    supports_structured_output: Type.Boolean(),
  },
  closed,
);
export type HuggingFaceModel = Static<typeof HuggingFaceModel>;

/** `GET /v1/models?format=huggingface`. */
export const HuggingFaceModelList = Type.Object(
  { object: Type.Literal('list'), data: Type.Array(HuggingFaceModel) },
  closed,
);
export type HuggingFaceModelList = Static<typeof HuggingFaceModelList>;

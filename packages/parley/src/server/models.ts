import {
  type HuggingFaceModel,
  type ModelObject,
  modelNotFound,
  type OpenRouterModel,
  PARAMETERS,
  type ParameterDescription,
} from '@parley/protocol';
import type { Backend, Model, ParameterSupport } from '../core/complete.ts';

/** The model of that id or alias. Throws ApiError 404. */
export function findModel(backend: Backend, name: string): Model {
  const models = backend.models();
  const found = models.find(({ id }) => id === name) ?? models.find(({ aliases }) => aliases.includes(name));
  if (!found) {
    throw modelNotFound(
      name,
      models.map(({ id }) => id),
    );
  }
  return found;
}

/** What a request without `model` means. */
export function defaultModelName(backend: Backend, configured: string | undefined): string {
  const name = configured ?? backend.models()[0]?.id;
  if (name === undefined) throw modelNotFound('', []);
  return name;
}

export function modelObject(model: Model): ModelObject {
  const { structuredOutputs, ...capabilities } = model.capabilities;
  return {
    id: model.id,
    object: 'model',
    created: model.created,
    owned_by: model.ownedBy,
    name: model.name,
    description: model.description,
    aliases: [...model.aliases],
    context_length: model.contextLength,
    max_model_len: model.contextLength,
    parameter_count: model.parameterCount ?? null,
    quantization: model.quantization ?? null,
    size_bytes: model.sizeBytes ?? null,
    vocabulary_size: model.vocabularySize ?? null,
    capabilities: { ...capabilities, structured_outputs: structuredOutputs },
  };
}

/** With every parameter, whether it is honoured, and why not. */
export function modelDetails(model: Model): ModelObject {
  const described: Readonly<Record<string, ParameterDescription>> = PARAMETERS;
  const parameters = Object.entries(model.parameters).map(([name, support]) => [
    name,
    parameter(support, described[name]),
  ]);
  return { ...modelObject(model), parameters: Object.fromEntries(parameters) };
}

function parameter(support: ParameterSupport, described: ParameterDescription | undefined) {
  return {
    honoured: support.honoured,
    ...(!support.honoured && { reason: support.reason }),
    ...(described && { description: described.description, type: described.type }),
    ...(described?.default !== undefined && { default: described.default }),
    ...(described?.range !== undefined && { range: described.range }),
  };
}

/** The names that OpenRouter lists, where ours are the same. */
const OPENROUTER_PARAMETERS = [
  'temperature',
  'top_p',
  'top_k',
  'min_p',
  'frequency_penalty',
  'presence_penalty',
  'repetition_penalty',
  'stop',
  'seed',
  'max_tokens',
  'logit_bias',
  'logprobs',
  'top_logprobs',
];

/** As OpenRouter asks of its providers (openrouter.ai/docs, "for providers"). A local model costs nothing. */
export function openRouterModel(model: Model): OpenRouterModel {
  const { tools, structuredOutputs, reasoning, vision, audio } = model.capabilities;
  return {
    id: model.id,
    hugging_face_id: null,
    name: model.name,
    created: model.created,
    description: model.description,
    input_modalities: ['text', ...(vision ? ['image' as const] : []), ...(audio ? ['audio' as const] : [])],
    output_modalities: ['text'],
    quantization: model.quantization ?? null,
    context_length: model.contextLength,
    max_output_length: model.contextLength,
    pricing: { prompt: '0', completion: '0', image: '0', request: '0', input_cache_read: '0' },
    supported_sampling_parameters: OPENROUTER_PARAMETERS.filter((name) => model.parameters[name]?.honoured),
    supported_features: [
      ...(tools ? ['tools'] : []),
      ...(structuredOutputs ? ['json_mode', 'structured_outputs'] : []),
      ...(reasoning ? ['reasoning'] : []),
    ],
  };
}

/** As Hugging Face asks of its inference providers. */
export function huggingFaceModel(model: Model): HuggingFaceModel {
  return {
    id: model.id,
    object: 'model',
    created: model.created,
    owned_by: model.ownedBy,
    context_length: model.contextLength,
    pricing: { input: 0, output: 0 },
    supports_tools: model.capabilities.tools,
    supports_structured_output: model.capabilities.structuredOutputs,
  };
}

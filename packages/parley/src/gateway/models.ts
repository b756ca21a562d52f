import { CHAT_PARAMETER_NAMES } from '@parley/protocol';
import type { Model, ModelCapabilities, ParameterSupport } from '../core/complete.ts';
import type { Deployment, Medium, ParameterName, Target } from './target.ts';

/** Where no target tells: what the smallest models of today hold, so that nobody is promised more. */
const UNKNOWN_CONTEXT = 4_096;

/** A model of our API as its targets together make it. `created`: Unix time in seconds. */
export function modelOf(deployment: Deployment, created: number): Model {
  const { model, aliases, description, targets } = deployment;
  const lengths = targets.flatMap(({ contextLength }) => contextLength ?? []);
  return {
    id: model,
    aliases,
    created,
    ownedBy: [...new Set(targets.map(({ upstream }) => upstream.provider.name))].join(', '),
    name: model,
    description,
    contextLength: lengths.length > 0 ? Math.max(...lengths) : UNKNOWN_CONTEXT,
    parameterCount: undefined,
    quantization: undefined,
    sizeBytes: undefined,
    vocabularySize: undefined,
    capabilities: capabilitiesOf(targets),
    parameters: Object.fromEntries(CHAT_PARAMETER_NAMES.map((name) => [name, supportOf(targets, name)])),
  };
}

function supportOf(targets: readonly Target[], name: ParameterName): ParameterSupport {
  if (takes(targets, name)) return { honoured: true };
  return { honoured: false, reason: 'no upstream of this model takes it' };
}

function capabilitiesOf(targets: readonly Target[]): ModelCapabilities {
  const reads = (...media: readonly Medium[]) =>
    targets.some(({ upstream }) => upstream.provider.messages.media.some((medium) => media.includes(medium)));
  return {
    chat: true,
    completions: targets.some(({ upstream }) => upstream.provider.prompts.length > 0),
    streaming: true,
    logprobs: takes(targets, 'logprobs'),
    tools: takes(targets, 'tools'),
    structuredOutputs: takes(targets, 'response_format'),
    reasoning: takes(targets, 'reasoning_effort'),
    vision: reads('image-url', 'image-data'),
    audio: reads('audio-url', 'audio-data'),
  };
}

function takes(targets: readonly Target[], name: ParameterName): boolean {
  return targets.some(({ parameters }) => parameters[name] !== 'refused');
}

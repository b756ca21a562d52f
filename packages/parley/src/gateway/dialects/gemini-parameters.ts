import type { Parameters } from '../../core/complete.ts';
import { treatmentOf } from '../providers/treatment.ts';
import type { ParameterName, Target } from '../target.ts';
import type { Note } from './dialect.ts';
import type { Json } from './json.ts';
import { enforcedJson } from './json-format.ts';
import { namesIn, refusal } from './openai-parameters.ts';
import { seedWithin } from './seed.ts';
import { toolWish } from './tool-choice.ts';

/** How its own OpenAI endpoint translates efforts for models that think within a budget. */
const BUDGETS: Readonly<Record<string, number>> = {
  none: 0,
  minimal: 1_024,
  low: 1_024,
  medium: 8_192,
  high: 24_576,
  xhigh: 24_576,
};

export function geminiParameters(
  target: Target,
  parameters: Parameters,
): { readonly fields: Json; readonly notes: readonly Note[] } {
  const notes = checked(target, parameters);
  const thinkingConfig = thinkingOf(target.model, parameters);
  const generationConfig = {
    ...samplingOf(target, parameters, notes),
    ...formatOf(target, parameters),
    ...(thinkingConfig && { thinkingConfig }),
  };
  const fields = {
    ...toolFields(parameters),
    ...(Object.keys(generationConfig).length > 0 && { generationConfig }),
  };
  return { fields, notes };
}

/** Its names, below `generationConfig` where nothing else is said. */
const PLACES: Readonly<Partial<Record<ParameterName, string>>> = {
  frequency_penalty: 'frequencyPenalty',
  presence_penalty: 'presencePenalty',
  logprobs: 'responseLogprobs',
  top_logprobs: 'logprobs',
  top_p: 'topP',
  top_k: 'topK',
  max_tokens: 'maxOutputTokens',
  max_completion_tokens: 'maxOutputTokens',
  stop: 'stopSequences',
  seed: 'seed',
  tool_choice: 'toolConfig.functionCallingConfig',
  response_format: 'responseMimeType and responseJsonSchema',
  structured_outputs: 'responseMimeType and responseJsonSchema',
  reasoning_effort: 'thinkingConfig',
  disable_reasoning: 'thinkingConfig',
  include_reasoning: 'thinkingConfig.includeThoughts',
};

/** Throws ApiError 400 for what is refused; returns notes on what goes by other names. */
function checked(target: Target, parameters: Parameters): Note[] {
  const notes: Note[] = [];
  for (const name of namesIn(target, parameters)) {
    if (target.upstream.provider.kept.includes(name)) continue;
    const treatment = treatmentOf(target, parameters, name);
    if (treatment === 'refused' || treatment === 'emulated') throw refusal(name);
    const place = PLACES[name];
    if (treatment !== 'translated' || place === undefined || place === name) continue;
    notes.push({ name, change: 'translated', detail: `It is sent as ${place}.`, sent: parameters[name] });
  }
  return notes;
}

/** Values that ask for nothing are sent too where the models have defaults of their own. */
function samplingOf(target: Target, parameters: Parameters, notes: Note[]): Json {
  const { temperature, top_p, top_k, seed, stop, frequency_penalty, presence_penalty } = parameters;
  const maxOutputTokens = parameters.max_completion_tokens ?? parameters.max_tokens;
  const takes = (name: ParameterName): boolean => target.parameters[name] !== 'refused';
  return {
    ...(isSet(temperature) && takes('temperature') && { temperature }),
    ...(isSet(top_p) && takes('top_p') && { topP: top_p }),
    ...(isSet(top_k) && top_k > 0 && { topK: top_k }),
    ...(isSet(seed) && { seed: seedOf(seed, notes) }),
    ...(isSet(stop) && { stopSequences: [stop].flat() }),
    ...(frequency_penalty && { frequencyPenalty: frequency_penalty }),
    ...(presence_penalty && { presencePenalty: presence_penalty }),
    ...(isSet(maxOutputTokens) && { maxOutputTokens }),
    ...(parameters.logprobs === true && {
      responseLogprobs: true,
      ...(parameters.top_logprobs && { logprobs: parameters.top_logprobs }),
    }),
  };
}

function seedOf(seed: number | string, notes: Note[]): number {
  const used = seedWithin(seed, 31);
  if (String(used) !== String(seed)) {
    notes.push({ name: 'seed', change: 'translated', detail: 'It is cut to 31 bits.', sent: seed, used });
  }
  return used;
}

function formatOf({ upstream }: Target, parameters: Parameters): Json {
  const json = enforcedJson(upstream.provider, parameters);
  if (json === undefined) return {};
  return { responseMimeType: 'application/json', ...(json.schema && { responseJsonSchema: json.schema }) };
}

function toolFields(parameters: Parameters): Json {
  const wish = toolWish(parameters);
  if (wish === undefined) return {};
  const { mode, allowed } = wish;
  // Only a demand can be restricted to some; what may be called without one is what is declared.
  const offered = wish.tools.filter(
    ({ name }) => mode !== 'auto' || allowed === undefined || allowed.includes(name),
  );
  const functionDeclarations = offered.map(({ name, description, parameters: schema }) => ({
    name,
    ...(description && { description }),
    ...(schema && { parametersJsonSchema: schema }),
  }));
  const functionCallingConfig = {
    mode: mode === 'required' ? 'ANY' : mode.toUpperCase(),
    ...(mode === 'required' && allowed && { allowedFunctionNames: allowed }),
  };
  return { tools: [{ functionDeclarations }], toolConfig: { functionCallingConfig } };
}

/** Thoughts are asked for wherever the model has some, because they are part of an answer here unless they are hidden. */
function thinkingOf(model: string, parameters: Parameters): Json | undefined {
  const { include_reasoning: shown, disable_reasoning: disabled } = parameters;
  const effort = disabled === true ? 'none' : (parameters.reasoning_effort ?? undefined);
  const thinks = /gemini-(?:2\.5|[3-9])/.test(model);
  const includeThoughts = shown !== false && effort !== 'none';
  if (effort === undefined) return thinks ? { includeThoughts } : undefined;
  if (!/gemini-[3-9]/.test(model)) return { includeThoughts, thinkingBudget: BUDGETS[effort] };
  if (effort === 'none') throw refusal('reasoning_effort', 'its model cannot answer without thinking');
  return { includeThoughts, thinkingLevel: effort === 'xhigh' ? 'high' : effort };
}

function isSet<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined;
}

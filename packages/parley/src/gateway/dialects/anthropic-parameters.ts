import type { Parameters } from '../../core/complete.ts';
import { treatmentOf } from '../providers/treatment.ts';
import type { ParameterName, Target } from '../target.ts';
import type { Note } from './dialect.ts';
import type { Json } from './json.ts';
import { enforcedJson } from './json-format.ts';
import { namesIn, refusal } from './openai-parameters.ts';
import { toolWish } from './tool-choice.ts';

/** The messages API wants a limit; this one is below that of every model that is served today. */
const DEFAULT_MAX_TOKENS = 8_192;
/** "Must be ≥1024 and less than max_tokens." */
const LEAST_BUDGET = 1_024;
const BUDGETS: Readonly<Record<string, number>> = {
  minimal: LEAST_BUDGET,
  low: 2_048,
  medium: 8_192,
  high: 16_384,
  xhigh: 32_768,
};

export function anthropicParameters(
  target: Target,
  parameters: Parameters,
): { readonly fields: Json; readonly notes: readonly Note[] } {
  const notes = checked(target, parameters);
  const limit = parameters.max_completion_tokens ?? parameters.max_tokens ?? undefined;
  if (limit === undefined) {
    const detail = `The upstream wants a limit: ${DEFAULT_MAX_TOKENS} unless the request has one.`;
    notes.push({ name: 'max_completion_tokens', change: 'clamped', detail, used: DEFAULT_MAX_TOKENS });
  }
  const maxTokens = limit ?? DEFAULT_MAX_TOKENS;
  const { temperature, top_p, top_k, stop } = parameters;
  const userId = parameters.safety_identifier ?? parameters.user;
  const thinking = thinkingFields(target.model, maxTokens, parameters);
  const format = formatOf(target, parameters);
  const outputConfig = { ...thinking.output_config, ...(format && { format }) };
  const fields = {
    max_tokens: maxTokens,
    ...(isSet(temperature) && target.parameters.temperature !== 'refused' && { temperature }),
    ...(isSet(top_p) && target.parameters.top_p !== 'refused' && { top_p }),
    ...(isSet(top_k) && top_k > 0 && { top_k }),
    ...(isSet(stop) && { stop_sequences: [stop].flat() }),
    ...(isSet(userId) && { metadata: { user_id: userId } }),
    ...toolFields(parameters),
    ...(thinking.thinking && { thinking: thinking.thinking }),
    ...(Object.keys(outputConfig).length > 0 && { output_config: outputConfig }),
  };
  return { fields, notes };
}

/** Where the upstream's words for a parameter are. */
const PLACES: Readonly<Partial<Record<ParameterName, string>>> = {
  max_completion_tokens: 'max_tokens',
  stop: 'stop_sequences',
  tool_choice: 'tool_choice',
  parallel_tool_calls: 'tool_choice.disable_parallel_tool_use',
  response_format: 'output_config.format',
  structured_outputs: 'output_config.format',
  reasoning_effort: 'thinking and output_config.effort',
  disable_reasoning: 'thinking',
  user: 'metadata.user_id',
  safety_identifier: 'metadata.user_id',
};

/** Throws ApiError 400 for what is refused; returns notes on what goes by other names. */
function checked(target: Target, parameters: Parameters): Note[] {
  const notes: Note[] = [];
  for (const name of namesIn(target, parameters)) {
    if (target.upstream.provider.kept.includes(name)) continue;
    const treatment = treatmentOf(target, parameters, name);
    if (treatment === 'refused' || treatment === 'emulated') throw refusal(name);
    const place = PLACES[name];
    if (treatment === 'neutral' || place === undefined) continue;
    notes.push({ name, change: 'translated', detail: `It is sent as ${place}.`, sent: parameters[name] });
  }
  return notes;
}

function toolFields(parameters: Parameters): Json {
  const wish = toolWish(parameters);
  if (wish === undefined) return {};
  const { mode, allowed, parallel } = wish;
  const single = mode !== 'none' && !parallel ? { disable_parallel_tool_use: true } : {};
  const offered = wish.tools.filter(
    ({ name }) => allowed === undefined || allowed.length === 1 || allowed.includes(name),
  );
  const tools = offered.map(({ name, description, parameters: schema, strict }) => ({
    name,
    ...(description && { description }),
    input_schema: { type: 'object', ...schema },
    ...(strict && { strict }),
  }));
  const one = allowed?.length === 1 ? allowed[0] : undefined;
  if (mode === 'required' && one !== undefined) {
    return { tools, tool_choice: { type: 'tool', name: one, ...single } };
  }
  const type = mode === 'required' ? 'any' : mode;
  const left = one === undefined ? tools : tools.filter(({ name }) => name === one);
  return { tools: left, tool_choice: { type, ...single } };
}

function formatOf({ upstream }: Target, parameters: Parameters): Json | undefined {
  const json = enforcedJson(upstream.provider, parameters);
  return json && { type: 'json_schema', schema: json.schema ?? { type: 'object' } };
}

interface Thinking {
  readonly thinking?: Json;
  readonly output_config?: Json;
}

/** Older models think within a budget of tokens; since Claude Opus 4.6 they are told how hard, and decide themselves. */
function thinkingFields(model: string, maxTokens: number, parameters: Parameters): Thinking {
  const { reasoning_effort: effort, disable_reasoning: disabled } = parameters;
  if (disabled === true || effort === 'none') return { thinking: { type: 'disabled' } };
  if (effort === undefined || effort === null) return {};
  if (!hasBudget(model)) {
    return {
      thinking: { type: 'adaptive' },
      output_config: { effort: effort === 'minimal' ? 'low' : effort },
    };
  }
  const budget = Math.min(BUDGETS[effort] ?? LEAST_BUDGET, maxTokens - 1);
  if (budget < LEAST_BUDGET) {
    throw refusal(
      'reasoning_effort',
      `it thinks with ${LEAST_BUDGET} tokens or more, which must fit below max_completion_tokens`,
    );
  }
  return { thinking: { type: 'enabled', budget_tokens: budget } };
}

function hasBudget(model: string): boolean {
  return /claude-3|claude-(?:opus|sonnet|haiku)-4(?:-[015])?(?:-2025\d{4}|-latest)?$/.test(model);
}

function isSet<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined;
}

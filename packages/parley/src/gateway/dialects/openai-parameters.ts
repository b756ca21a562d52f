import { unsupportedParameter } from '@parley/protocol/errors';
import type { Parameters } from '../../core/complete.ts';
import { structuredFields } from '../providers/structured.ts';
import { treatmentOf } from '../providers/treatment.ts';
import type { ParameterName, Provider, Target } from '../target.ts';
import type { Note } from './dialect.ts';
import type { Json } from './json.ts';
import { seedWithin } from './seed.ts';

type Known = Exclude<ParameterName, 'model' | 'messages'>;

export interface EncodedParameters {
  readonly fields: Json;
  readonly notes: readonly Note[];
}

/** The parameters of a request in the fields of an upstream of the OpenAI form. Throws ApiError 400. */
export function openAiParameters(target: Target, parameters: Parameters): EncodedParameters {
  const { provider } = target.upstream;
  const fields: Record<string, unknown> = {};
  const notes: Note[] = [];
  for (const name of namesIn(target, parameters)) {
    if (provider.kept.includes(name)) continue;
    const value = parameters[name];
    const treatment = treatmentOf(target, parameters, name);
    if (treatment === 'honoured' || (treatment === 'neutral' && isWorthSending(target, name, value))) {
      fields[name] = value;
    } else if (treatment === 'translated') {
      const translated = translate(provider, parameters, name);
      Object.assign(fields, translated);
      notes.push(translation(name, value, translated));
    } else if (treatment !== 'neutral') {
      throw refusal(name);
    }
  }
  settleSeed(fields, parameters, notes);
  if (parameters.continue_final_message === true && target.parameters.add_generation_prompt === 'honoured') {
    // vLLM refuses the one without the other.
    fields.add_generation_prompt = false;
  }
  if (fields.prompt_logprobs !== undefined && target.parameters.return_token_ids === 'honoured') {
    // Its maps from ids do not say which of the candidates is the token itself.
    fields.return_token_ids = true;
  }
  return { fields, notes };
}

/** 400: this target cannot be asked for it. */
export function refusal(name: string, detail = 'it does not support it') {
  return unsupportedParameter(name, `'${name}' cannot be sent to the upstream of this model: ${detail}.`);
}

export function namesIn(target: Target, parameters: Parameters): readonly Known[] {
  return Object.keys(parameters).filter((name): name is Known => Object.hasOwn(target.parameters, name));
}

/** Values that ask for nothing go up too, but empty lists and what only makes sense with tools. */
function isWorthSending(target: Target, name: Known, value: unknown): boolean {
  if (value === null || typeof value === 'object' || value === undefined) return false;
  const ofTools = name === 'tool_choice' || name === 'parallel_tool_calls';
  return target.parameters[name] === 'honoured' && !ofTools;
}

function translate(provider: Provider, parameters: Parameters, name: Known): Json {
  const value = wordFor(provider, name, parameters[name]);
  switch (name) {
    case 'stop':
      return { [provider.renames.stop ?? 'stop']: [value].flat() };
    case 'disable_reasoning':
      return withoutReasoning(provider);
    case 'reasoning_effort':
      return effort(provider, value);
    case 'structured_outputs':
      return structuredFields(provider, parameters) ?? {};
    case 'tool_choice':
      return narrowed(parameters);
    case 'continue_final_message':
      // Said by the message itself, or not at all: the last one is continued when it is the assistant's.
      return {};
    case 'repetition_penalty':
      // llama.cpp looks at the last 64 tokens unless it is told otherwise; -1 is the whole context.
      return { repeat_penalty: value, repeat_last_n: -1 };
    default:
      return { [provider.renames[name] ?? name]: value };
  }
}

function wordFor({ words }: Provider, name: ParameterName, value: unknown): unknown {
  return (typeof value === 'string' ? words[name]?.[value] : undefined) ?? value;
}

function withoutReasoning({ reasoningSwitch }: Provider): Json {
  switch (reasoningSwitch) {
    case 'reasoning_effort':
      return { reasoning_effort: 'none' };
    case 'thinking':
      return { thinking: { type: 'disabled' } };
    case 'reasoning.enabled':
      return { reasoning: { enabled: false } };
    case 'none':
      throw refusal('disable_reasoning');
  }
}

function effort(provider: Provider, value: unknown): Json {
  if (value === 'none') return withoutReasoning(provider);
  if (provider.reasoningSwitch !== 'thinking') return { reasoning_effort: value };
  return { thinking: { type: 'enabled' }, reasoning_effort: value };
}

/** `any` is Mistral's word for `required`; a choice among some tools leaves the others out. */
function narrowed({ tool_choice: choice, tools }: Parameters): Json {
  if (typeof choice !== 'object' || choice === null || !('allowed_tools' in choice)) {
    return { tool_choice: 'required' };
  }
  const { mode, tools: allowed } = choice.allowed_tools;
  const names = allowed.flatMap((tool) => ('function' in tool ? tool.function.name : []));
  const left = tools?.filter((tool) => 'function' in tool && names.includes(tool.function.name));
  return { tool_choice: mode, tools: left };
}

function translation(name: Known, sent: unknown, fields: Json): Note {
  const names = Object.keys(fields);
  const detail =
    names.length === 0
      ? 'The upstream does so of itself.'
      : names.includes(name)
        ? 'It is sent in the words of the upstream.'
        : `It is sent as ${names.join(' and ')}.`;
  return { name, change: 'translated', detail, sent, used: fields[names[0] ?? ''] };
}

/** JSON cannot write a seed of more than 53 bits exactly. */
function settleSeed(fields: Record<string, unknown>, { seed }: Parameters, notes: Note[]): void {
  if (seed === undefined || seed === null) return;
  const key = Object.keys(fields).find((name) => fields[name] === seed && /seed$/.test(name));
  if (key === undefined) return;
  const used = seedWithin(seed, 53);
  fields[key] = used;
  if (used === Number(seed) && Number.isSafeInteger(Number(seed))) return;
  notes.push({ name: 'seed', change: 'translated', detail: 'It is cut to 53 bits.', sent: seed, used });
}

import type { ResponseFormat, Tool } from '@parley/protocol';
import type { Parameters } from '../../core/complete.ts';
import type { ParameterName, Target, Treatment } from '../target.ts';
import { jsonDemand } from './json-demand.ts';
import { isNeutral } from './neutral.ts';
import { structuredFields } from './structured.ts';

type Judge = (table: Treatment, parameters: Parameters, target: Target) => Treatment;

/** Where the value decides, and not the name alone. */
const JUDGES: Readonly<Partial<Record<ParameterName, Judge>>> = {
  response_format: judgeFormat,
  structured_outputs: judgeStructured,
  tools: (table, { tools }, target) =>
    tools?.some(isCustom) && !takesCustomTools(target) ? 'refused' : table,
  tool_choice: judgeToolChoice,
  // Where nobody is asked, reasoning comes apart from the text; its marks are gone by then.
  reasoning_format: (table, { reasoning_format: format }) =>
    table === 'emulated' && format === 'raw' ? 'refused' : table,
  // "each stop sequence must contain non-whitespace".
  stop: (table, { stop }, target) =>
    target.upstream.provider.dialect === 'anthropic' && table !== 'refused' && [stop].flat().some(isBlank)
      ? 'emulated'
      : table,
  include_stop_str_in_output: (table, parameters, target) =>
    treatmentOf(target, parameters, 'stop') === 'emulated' ? 'emulated' : table,
  n: (table, parameters, target) =>
    // Of several answers each is checked, and asked for again, for itself.
    table !== 'refused' && isCheckedHere(target, parameters) ? 'emulated' : table,
};

/** What a target does with a parameter of this request; `neutral` where it asks for nothing. */
export function treatmentOf(
  target: Target,
  parameters: Parameters,
  name: ParameterName,
): Treatment | 'neutral' {
  const table = target.parameters[name];
  if (isNeutral(name, parameters)) return 'neutral';
  const judge = JUDGES[name];
  const treatment = judge === undefined ? table : judge(table, parameters, target);
  return treatment === 'refused' || isInRange(target, parameters, name) ? treatment : 'refused';
}

/** Whether the form of the answer is checked on this side. */
export function isCheckedHere(target: Target, parameters: Parameters): boolean {
  return (['response_format', 'structured_outputs'] as const).some(
    (name) => treatmentOf(target, parameters, name) === 'emulated',
  );
}

function judgeFormat(table: Treatment, parameters: Parameters, target: Target): Treatment {
  const type = parameters.response_format?.type;
  if (table === 'refused') return table;
  if (isEnforced(type, target)) return table === 'emulated' ? 'honoured' : table;
  return jsonDemand(parameters)?.parameter === 'response_format' ? 'emulated' : 'refused';
}

function isEnforced(type: ResponseFormat['type'] | undefined, target: Target): boolean {
  const formats: readonly (string | undefined)[] = target.upstream.provider.formats;
  return formats.includes(type);
}

function judgeStructured(table: Treatment, parameters: Parameters, target: Target): Treatment {
  if (table !== 'translated') return table;
  if (structuredFields(target.upstream.provider, parameters) !== undefined) return table;
  return jsonDemand(parameters)?.parameter === 'structured_outputs' ? 'emulated' : 'refused';
}

function judgeToolChoice(table: Treatment, { tool_choice: choice }: Parameters, target: Target): Treatment {
  if (table === 'refused' || choice === null || choice === undefined || takesCustomTools(target))
    return table;
  if (choice === 'any') return 'translated';
  if (typeof choice === 'string') return table;
  if (choice.type === 'custom') return 'refused';
  if (choice.type !== 'allowed_tools') return table;
  return choice.allowed_tools.tools.some(({ type }) => type === 'custom') ? 'refused' : 'translated';
}

function isInRange(target: Target, parameters: Parameters, name: ParameterName): boolean {
  const range = target.upstream.provider.ranges[name];
  const value = name === 'model' || name === 'messages' ? undefined : parameters[name];
  if (range === undefined || typeof value !== 'number') return true;
  return value >= range[0] && value <= range[1];
}

function takesCustomTools({ upstream }: Target): boolean {
  return upstream.provider.messages.customTools;
}

function isCustom(tool: Tool): boolean {
  return 'custom' in tool;
}

function isBlank(stop: string | null | undefined): boolean {
  return (stop ?? '').trim() === '';
}

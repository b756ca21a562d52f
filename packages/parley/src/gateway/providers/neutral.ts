import { PARAMETERS } from '@parley/protocol';
import type { Parameters } from '../../core/complete.ts';
import type { ParameterName } from '../target.ts';

type Test = (value: unknown, parameters: Parameters) => boolean;

const isOneOf =
  (...values: readonly unknown[]): Test =>
  (value) =>
    values.includes(value);

const withoutTools: Test = (_value, { tools, functions }) =>
  (tools?.length ?? 0) + (functions?.length ?? 0) === 0;

const TESTS: Readonly<Partial<Record<ParameterName, Test>>> = {
  top_k: isOneOf(0, -1),
  service_tier: isOneOf('auto', 'default'),
  prompt_cache_retention: isOneOf('in-memory', 'in_memory'),
  reasoning_format: isOneOf('none'),
  add_special_tokens: isOneOf(false),
  // Without tools only a demand for one says anything, and that is the parser's to refuse.
  tool_choice: (value, parameters) =>
    withoutTools(value, parameters) || (value === 'auto' && !withoutTools(value, parameters)),
  function_call: (value, parameters) => withoutTools(value, parameters) || value === 'auto',
  parallel_tool_calls: (value, parameters) => value === true || withoutTools(value, parameters),
  add_generation_prompt: (value, parameters) => value === true || parameters.continue_final_message === true,
  length_penalty: (value, parameters) => value === 1 || parameters.use_beam_search !== true,
  spaces_between_special_tokens: (value, parameters) =>
    value === true || parameters.skip_special_tokens !== false,
  top_logprobs: (value, parameters) => value === 0 || parameters.logprobs !== true,
  response_format: (value) => isObject(value) && value.type === 'text',
  modalities: (value) => Array.isArray(value) && value.every((modality) => modality === 'text'),
};

/** Whether the value asks for nothing that happens not anyway: such a parameter hinders no target. */
export function isNeutral(name: ParameterName, parameters: Parameters): boolean {
  if (name === 'model' || name === 'messages') return false;
  const value = parameters[name];
  if (value === undefined || value === null) return true;
  const test = TESTS[name];
  if (test !== undefined) return test(value, parameters);
  if (typeof value === 'object') return Object.keys(value).length === 0;
  return value === PARAMETERS[name].default;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

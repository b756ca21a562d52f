import { type ApiError, invalidRequest, unsupportedParameter } from '@parley/protocol/errors';
import { reads, SWITCHES, type ThinkingParameters, thinkingOff, thinkingOn } from './thinking.ts';

export interface ThinkingPlace {
  /** Source of the template. */
  readonly source: string;
  /** Whether the model thinks before it answers. */
  readonly reasons: boolean;
  /** Whether the answer must have a form. */
  readonly hasForm: boolean;
}

/** Throws a 400 for wishes that contradict each other, and where a model that does not reason is asked how hard it shall. */
export function checkThinking(parameters: ThinkingParameters, place: ThinkingPlace): void {
  checkTelling(parameters, place);
  checkVariables(parameters, place.source);
  const { reasoning_effort: effort } = parameters;
  if (effort == null || effort === 'none' || place.reasons || reads(place.source, 'reasoning_effort')) return;
  throw unsupportedParameter(
    'reasoning_effort',
    `reasoning_effort: this model does not reason before it answers; only 'none' is allowed.`,
  );
}

function checkTelling(parameters: ThinkingParameters, { reasons, hasForm }: ThinkingPlace): void {
  const { reasoning_format: format, include_reasoning: included } = parameters;
  const shows = format === 'raw' || format === 'parsed' || format === 'text_parsed';
  if ((included === false && shows) || (included === true && format === 'hidden')) {
    throw conflict(
      'include_reasoning',
      `include_reasoning: ${included} and reasoning_format: '${format}' contradict each other.`,
    );
  }
  if (format === 'raw' && reasons && hasForm) {
    throw conflict(
      'reasoning_format',
      `reasoning_format: 'raw' puts the reasoning into the text, which then has not the form that response_format or structured_outputs asks for. Use 'parsed' or 'hidden'.`,
    );
  }
}

/** The caller's own variables of the template must not say the contrary of the parameters. */
function checkVariables(parameters: ThinkingParameters, source: string): void {
  const { chat_template_kwargs: variables, reasoning_effort: effort } = parameters;
  const off = thinkingOff(parameters);
  const isOn = thinkingOn(parameters);
  for (const name of SWITCHES) {
    const value = variables?.[name];
    if (typeof value !== 'boolean' || !reads(source, name)) continue;
    if (off !== undefined ? value : isOn && !value) {
      const other = parameters.disable_reasoning == null ? 'reasoning_effort' : 'disable_reasoning';
      throw conflict(
        `chat_template_kwargs.${name}`,
        `chat_template_kwargs.${name}: ${value} and ${other} contradict each other.`,
      );
    }
  }
  const own = variables?.reasoning_effort;
  if (own == null || effort == null || own === effort || !reads(source, 'reasoning_effort')) return;
  throw conflict(
    'chat_template_kwargs.reasoning_effort',
    `chat_template_kwargs.reasoning_effort and reasoning_effort: '${effort}' contradict each other.`,
  );
}

function conflict(param: string, message: string): ApiError {
  return invalidRequest(param, message, 'conflicting_parameters');
}

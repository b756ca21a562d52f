import type { ChatCompletionRequest } from '@parley/protocol';
import { invalidRequest, unsupportedParameter } from '@parley/protocol/errors';
import type { AnswerRules, ReasoningFormat } from './format.ts';

/** The parameters that say how the model thinks. */
export type ThinkingParameters = Partial<
  Pick<
    ChatCompletionRequest,
    'reasoning_effort' | 'disable_reasoning' | 'clear_thinking' | 'chat_template_kwargs'
  >
>;

type Effort = Exclude<NonNullable<ChatCompletionRequest['reasoning_effort']>, 'none'>;

/** Variables by which templates turn reasoning off and on, false for off. */
const SWITCHES = ['enable_thinking', 'thinking'] as const;

/** Share of the answer's tokens that a model may think for when its template has no word for the effort. */
const SHARE: Readonly<Record<Effort, number>> = {
  minimal: 0.1,
  low: 0.2,
  medium: 0.5,
  high: 0.8,
  xhigh: 0.95,
};

export function thinkingOff({
  reasoning_effort: effort,
  disable_reasoning: off,
}: ThinkingParameters): boolean {
  if (off === true && effort != null && effort !== 'none') {
    throw invalidRequest(
      'disable_reasoning',
      `disable_reasoning: true and reasoning_effort: '${effort}' contradict each other.`,
      'conflicting_parameters',
    );
  }
  return off === true || effort === 'none';
}

/** What a template is told of the wish, in the variables that it reads. The caller's own variables win. */
export function thinkingVariables(parameters: ThinkingParameters, source: string): Record<string, unknown> {
  const { reasoning_effort: effort, disable_reasoning: disabled, clear_thinking: clear } = parameters;
  const variables: Record<string, unknown> = {};
  const off = thinkingOff(parameters);
  if (off || disabled === false || (effort != null && effort !== 'none')) {
    for (const name of SWITCHES) if (reads(source, name)) variables[name] = !off;
  }
  if (effort != null && effort !== 'none' && reads(source, 'reasoning_effort')) {
    variables.reasoning_effort = effort;
  }
  if (clear != null && reads(source, 'clear_thinking')) variables.clear_thinking = clear;
  return variables;
}

/** Whether the template knows the word as a variable. */
export function reads(source: string, variable: string): boolean {
  return new RegExp(`(?<![\\w.'"<\\[/|])${variable}(?![\\w'">|\\]])`).test(source);
}

export interface Opening {
  readonly state: AnswerRules['reasoning'];
  /** What has to be put behind the prompt so that the model does not think. */
  readonly suffix: string;
}

/** Whether the prompt ends inside of a reasoning block, and how it is kept from beginning one where that is not wanted. */
export function openingOf(
  prompt: string,
  format: ReasoningFormat | undefined,
  options: { readonly off: boolean; readonly continues: boolean },
): Opening {
  if (!format) return { state: 'none', suffix: '' };
  const end = prompt.trimEnd();
  const isOpen = options.continues
    ? prompt.lastIndexOf(format.begin) > prompt.lastIndexOf(format.end)
    : end.endsWith(format.begin);
  if (isOpen)
    return options.off ? { state: 'none', suffix: format.forcedEnd } : { state: 'open', suffix: '' };
  if (options.continues || end.endsWith(format.end)) return { state: 'none', suffix: '' };
  if (!options.off) return { state: 'optional', suffix: '' };
  return { state: 'none', suffix: `${format.begin}\n${format.forcedEnd}` };
}

/** Share of the answer's tokens for thinking; undefined where the template handles the effort, or nobody asked. */
export function thinkingShare(
  { reasoning_effort: effort }: ThinkingParameters,
  source: string,
  opening: Opening['state'],
): number | undefined {
  if (effort == null || effort === 'none' || opening === 'none') return undefined;
  return reads(source, 'reasoning_effort') ? undefined : SHARE[effort];
}

/** Throws a 400 where a model that does not reason is asked how hard it shall. */
export function checkThinking(parameters: ThinkingParameters, source: string, reasons: boolean): void {
  const { reasoning_effort: effort } = parameters;
  if (effort == null || effort === 'none' || reasons || reads(source, 'reasoning_effort')) return;
  throw unsupportedParameter(
    'reasoning_effort',
    `reasoning_effort: this model does not reason before it answers; only 'none' is allowed.`,
  );
}

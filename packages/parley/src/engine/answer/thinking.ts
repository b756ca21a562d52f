import type { ChatCompletionRequest } from '@parley/protocol';
import { invalidRequest } from '@parley/protocol/errors';
import type { AnswerRules, ReasoningFormat } from './format.ts';

/** The parameters that say how the model thinks, and how that is told. */
export type ThinkingParameters = Partial<
  Pick<
    ChatCompletionRequest,
    | 'reasoning_effort'
    | 'disable_reasoning'
    | 'clear_thinking'
    | 'include_reasoning'
    | 'reasoning_format'
    | 'chat_template_kwargs'
  >
>;

type Effort = Exclude<NonNullable<ChatCompletionRequest['reasoning_effort']>, 'none'>;

/** Variables by which templates turn reasoning off and on, false for off. */
export const SWITCHES = ['enable_thinking', 'thinking'] as const;

/** Share of the answer's tokens that a model may think for when its template has no word for the effort. */
const SHARE: Readonly<Record<Effort, number>> = {
  minimal: 0.1,
  low: 0.2,
  medium: 0.5,
  high: 0.8,
  xhigh: 0.95,
};

/** What asks for an answer without reasoning; undefined where nothing does. */
export function thinkingOff({
  reasoning_effort: effort,
  disable_reasoning: off,
}: ThinkingParameters): 'disable_reasoning' | 'reasoning_effort' | undefined {
  if (off != null && effort != null && off !== (effort === 'none')) {
    throw invalidRequest(
      'disable_reasoning',
      `disable_reasoning: ${off} and reasoning_effort: '${effort}' contradict each other.`,
      'conflicting_parameters',
    );
  }
  if (off === true) return 'disable_reasoning';
  return effort === 'none' ? 'reasoning_effort' : undefined;
}

/** Whether the request asks the model to think. */
export function thinkingOn({
  reasoning_effort: effort,
  disable_reasoning: off,
}: ThinkingParameters): boolean {
  return off === false || (effort != null && effort !== 'none');
}

/** What a template is told of the wish, in the variables that it reads. */
export function thinkingVariables(parameters: ThinkingParameters, source: string): Record<string, unknown> {
  const { reasoning_effort: effort, clear_thinking: clear } = parameters;
  const variables: Record<string, unknown> = {};
  const off = thinkingOff(parameters) !== undefined;
  if (off || thinkingOn(parameters)) {
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

export interface OpeningWish {
  /** Whether the model must not think. */
  readonly off: boolean;
  /** Whether the template was told so, in a variable of its own. */
  readonly isTold: boolean;
  /** Text of the final message, where the answer goes on with it. */
  readonly continued: string | undefined;
}

/** Whether the prompt ends inside of a reasoning block, and how it is kept from beginning one where that is not wanted. */
export function openingOf(
  prompt: string,
  format: ReasoningFormat | undefined,
  { off, isTold, continued }: OpeningWish,
): Opening {
  if (!format) return { state: 'none', suffix: '' };
  const { begin, end, forcedEnd } = format;
  const written = prompt.trimEnd();
  const isOpen =
    continued === undefined ? written.endsWith(begin) : continuesInside(written, continued, format);
  if (isOpen) return off ? { state: 'none', suffix: forcedEnd } : { state: 'open', suffix: '' };
  if (continued !== undefined || written.endsWith(end)) return { state: 'none', suffix: '' };
  // A template that knows how to turn reasoning off has done so, with a block or without one.
  if (!off || isTold) return { state: 'optional', suffix: '' };
  return { state: 'none', suffix: `${begin}\n${forcedEnd}` };
}

/** By the marks in the text itself; without any, by what the template has put before it. */
function continuesInside(prompt: string, continued: string, { begin, end }: ReasoningFormat): boolean {
  const opened = continued.lastIndexOf(begin);
  const closed = continued.lastIndexOf(end);
  if (opened >= 0 || closed >= 0) return opened > closed;
  const text = continued.trim();
  const before = prompt.endsWith(text) ? prompt.slice(0, prompt.length - text.length) : prompt;
  const turn = before.trimEnd();
  return turn.endsWith(begin);
}

/** Share of the answer's tokens for thinking; undefined where the template handles the effort, or nobody asked. */
export function thinkingShare(
  { reasoning_effort: effort }: ThinkingParameters,
  source: string,
): number | undefined {
  if (effort == null || effort === 'none') return undefined;
  return reads(source, 'reasoning_effort') ? undefined : SHARE[effort];
}

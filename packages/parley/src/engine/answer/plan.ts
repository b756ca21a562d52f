import type { Parameters } from '../../core/complete.ts';
import type { ParameterReportEntry } from '../../core/report.ts';
import type { OutputForm } from '../constraint/output-form.ts';
import { type FormParameters, outputForm } from '../constraint/output-form.ts';
import { answerRules } from './answer-rules.ts';
import { refuseContinuedCall } from './continued.ts';
import { type DialectNames, dialectByName, reasoningByName } from './dialects.ts';
import { optionsOfPart } from './form-tag.ts';
import type { AnswerDialect, AnswerRules, ReasoningMarks } from './format.ts';
import type { AnswerShape } from './gated-text.ts';
import {
  type Opening,
  openingOf,
  reads,
  SWITCHES,
  type ThinkingParameters,
  thinkingOff,
  thinkingShare,
} from './thinking.ts';
import { checkThinking } from './thinking-check.ts';
import { checkTools } from './tool-check.ts';
import { type ToolParameters, toolUse } from './tools.ts';

export type AnswerParameters = ToolParameters &
  ThinkingParameters &
  FormParameters &
  Pick<Parameters, 'stop'>;

/** How the answer to a conversation will look, known once the prompt is rendered. Plain data. */
export interface AnswerPlan {
  /** Undefined for an answer that is nothing but text: nobody has to read it. */
  readonly names: DialectNames | undefined;
  readonly opening: AnswerRules['reasoning'];
  /** Names of the control tokens that the answer may hold. */
  readonly controlTokens: readonly string[];
  /** JSON of the OutputForm of the whole answer; undefined where every text is allowed. */
  readonly output: string | undefined;
  readonly budget: ReasoningBudgetPlan | undefined;
  /** For stop strings, which count in the text alone; undefined where there is nothing but text, or no stop string. */
  readonly shape: AnswerShape | undefined;
}

/** How long the model may think, and how it is stopped. */
export interface ReasoningBudgetPlan {
  /** Of the tokens that the answer may have. */
  readonly share: number;
  readonly isOpen: boolean;
  readonly begin: string;
  readonly end: string;
  readonly forcedEnd: string;
}

export interface PlanInput {
  readonly parameters: AnswerParameters;
  /** Source of the template, and what it made of the conversation. */
  readonly source: string;
  readonly prompt: string;
  /** Text of the final message, where the answer goes on with it. */
  readonly continued: string | undefined;
  /** Whether it goes on within the reasoning of that message. */
  readonly continuesThought: boolean;
  /** What the template's answers are written in. */
  readonly names: DialectNames;
  /** Throws an ApiError 400 when the form, as JSON, cannot be compiled. */
  readonly check: (form: string) => void;
}

export interface Planned {
  readonly plan: AnswerPlan;
  /** What goes behind the prompt. */
  readonly suffix: string;
  readonly changes: readonly ParameterReportEntry[];
}

/** Throws an ApiError 400 for tools, forms and wishes that cannot be. */
export function planAnswer(input: PlanInput): Planned {
  const { parameters, source, names, continued, check } = input;
  const dialect = dialectByName(names);
  const tools = toolUse(parameters);
  const form = outputForm(parameters);
  checkThinking(parameters, {
    source,
    reasons: dialect.thought !== undefined,
    hasForm: form !== undefined,
  });
  const opening = openAnswer(dialect, input);
  const rules = answerRules({
    tools,
    form,
    opening: opening.state,
    reasoningFormat: parameters.reasoning_format,
  });
  if (tools) checkTools(tools, parameters, check);
  if (continued !== undefined) refuseContinuedCall(continued, dialect, rules);
  const output = wholeForm(dialect, rules, form);
  if (form) check(JSON.stringify(form));
  if (output !== undefined) check(output);
  const isMore = isMoreThanText(dialect, rules);
  const share = thinkingShare(parameters, source);
  const mayThink = dialect.thought && opening.state !== 'none';
  const budget =
    mayThink && share !== undefined ? budgetOf(dialect.thought, share, opening.state) : undefined;
  return {
    plan: {
      names: isMore ? names : undefined,
      opening: opening.state,
      controlTokens: isMore ? dialect.controlTokens : [],
      output,
      budget,
      shape: parameters.stop?.length && isMore ? { names, rules } : undefined,
    },
    suffix: opening.suffix,
    changes: [
      ...(opening.suffix !== '' ? [closed(parameters)] : []),
      ...(budget ? [emulated(budget)] : share !== undefined ? [withoutThought()] : []),
    ],
  };
}

function openAnswer(dialect: AnswerDialect, input: PlanInput): Opening {
  const { parameters, source, prompt, names, continued, continuesThought } = input;
  const off = thinkingOff(parameters) !== undefined;
  if (continuesThought && dialect.thought) {
    return off ? { state: 'none', suffix: dialect.thought.forcedEnd } : { state: 'open', suffix: '' };
  }
  if (dialect.opening) return dialect.opening(prompt, { off });
  const isTold = off && SWITCHES.some((name) => reads(source, name));
  return openingOf(prompt, reasoningByName(names.reasoning), { off, isTold, continued });
}

function isMoreThanText(dialect: AnswerDialect, { calls, reasoning }: AnswerRules): boolean {
  return calls !== undefined || reasoning !== 'none' || dialect.framesText === true;
}

/** Alone, the caller's form stands as it is; with calls or reasoning it is a part of the dialect's structure. */
function wholeForm(
  dialect: AnswerDialect,
  rules: AnswerRules,
  form: OutputForm | undefined,
): string | undefined {
  if (!isMoreThanText(dialect, rules) && (form || !rules.withheld)) return form && JSON.stringify(form);
  const format = dialect.structure(rules);
  if (!format) return undefined;
  const whole: OutputForm = {
    constraint: { structuralTag: { format } },
    options: { declaredOrder: true, ...(form && optionsOfPart(form)) },
    param: form?.param ?? 'tools',
  };
  return JSON.stringify(whole);
}

function budgetOf(
  { begin, end, forcedEnd }: ReasoningMarks,
  share: number,
  opening: AnswerRules['reasoning'],
): ReasoningBudgetPlan {
  return { share, isOpen: opening === 'open', begin, end, forcedEnd };
}

function emulated({ share }: ReasoningBudgetPlan): ParameterReportEntry {
  const detail = `The model's template does not know it; reasoning ends after ${Math.round(share * 100)} % of the answer's tokens.`;
  return { name: 'reasoning_effort', change: 'emulated', detail };
}

function closed(parameters: ThinkingParameters): ParameterReportEntry {
  const name = thinkingOff(parameters) ?? 'disable_reasoning';
  const detail = "The model's template cannot turn reasoning off; it ends before the answer begins.";
  return { name, change: 'emulated', detail };
}

function withoutThought(): ParameterReportEntry {
  const detail = 'The answer goes on behind its reasoning.';
  return { name: 'reasoning_effort', change: 'ignored', detail };
}

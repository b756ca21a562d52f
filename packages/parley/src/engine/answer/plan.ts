import type { Parameters } from '../../core/complete.ts';
import type { ParameterReportEntry } from '../../core/report.ts';
import type { OutputForm } from '../constraint/output-form.ts';
import { type FormParameters, outputForm } from '../constraint/output-form.ts';
import { type DialectNames, dialectByName, reasoningByName } from './dialects.ts';
import { optionsOfPart, tagOfForm } from './form-tag.ts';
import type { AnswerDialect, AnswerRules, ReasoningFormat } from './format.ts';
import type { AnswerShape } from './gated-text.ts';
import { checkThinking, openingOf, type ThinkingParameters, thinkingOff, thinkingShare } from './thinking.ts';
import { type ToolParameters, type ToolUse, toolUse } from './tools.ts';

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
  readonly continues: boolean;
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
  const { parameters, source, prompt, names, check } = input;
  const dialect = dialectByName(names);
  const reasoning = reasoningByName(names.reasoning);
  checkThinking(parameters, source, dialect.reasons);
  const off = thinkingOff(parameters);
  const opening = dialect.opening
    ? dialect.opening(prompt, { off, continues: input.continues })
    : openingOf(prompt, reasoning, { off, continues: input.continues });
  const tools = toolUse(parameters);
  const form = outputForm(parameters);
  const rules: AnswerRules = {
    calls: tools && callRules(tools),
    form: form && tagOfForm(form),
    reasoning: opening.state,
  };
  if (tools) checkTools(tools, parameters, check);
  const output = wholeForm(dialect, rules, form);
  if (form) check(JSON.stringify(form));
  if (output !== undefined) check(output);
  const isMore = isMoreThanText(dialect, rules);
  const share = thinkingShare(parameters, source, opening.state);
  const budget = reasoning && share !== undefined ? budgetOf(reasoning, share, opening.state) : undefined;
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
    changes: budget ? [emulated(budget)] : [],
  };
}

export function callRules({ callable, parallel, required }: ToolUse): AnswerRules['calls'] {
  return callable.length === 0 ? undefined : { tools: callable, parallel, required };
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
  if (!isMoreThanText(dialect, rules)) return form && JSON.stringify(form);
  const format = dialect.structure(rules);
  if (!format) return undefined;
  const whole: OutputForm = {
    constraint: { structuralTag: { format } },
    options: { declaredOrder: true, ...(form && optionsOfPart(form)) },
    param: form?.param ?? 'tools',
  };
  return JSON.stringify(whole);
}

/** Each schema on its own first, so that an error names its place in the request. */
function checkTools(tools: ToolUse, parameters: AnswerParameters, check: (form: string) => void): void {
  for (const [index, tool] of tools.declared.entries()) {
    const param = tools.parameterOf(tool);
    const one = (constraint: OutputForm['constraint'], options: OutputForm['options'] = {}): void =>
      check(JSON.stringify({ constraint, options, param } satisfies OutputForm));
    if (tool.kind === 'function') {
      const listed = parameters.tools?.[index];
      const strict = listed && 'function' in listed && listed.function.strict === true;
      if (tool.parameters)
        one({ jsonSchema: tool.parameters }, { declaredOrder: true, ...(strict && { strict }) });
    } else if (tool.format.type === 'regex') one({ regex: tool.format.pattern });
    else if (tool.format.type === 'lark') one({ grammar: tool.format.grammar, syntax: 'lark' });
  }
}

function budgetOf(
  { begin, end, forcedEnd }: ReasoningFormat,
  share: number,
  opening: AnswerRules['reasoning'],
): ReasoningBudgetPlan {
  return { share, isOpen: opening === 'open', begin, end, forcedEnd };
}

function emulated({ share }: ReasoningBudgetPlan): ParameterReportEntry {
  const detail = `The model's template does not know it; reasoning ends after ${Math.round(share * 100)} % of the answer's tokens.`;
  return { name: 'reasoning_effort', change: 'emulated', detail };
}

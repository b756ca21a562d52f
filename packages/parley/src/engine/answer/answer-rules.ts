import type { ChatCompletionRequest } from '@parley/protocol';
import type { OutputForm } from '../constraint/output-form.ts';
import { tagOfForm } from './form-tag.ts';
import type { AnswerRules } from './format.ts';
import type { ToolUse } from './tools.ts';

export interface RuleInput {
  readonly tools: ToolUse | undefined;
  readonly form: OutputForm | undefined;
  readonly opening: AnswerRules['reasoning'];
  readonly reasoningFormat: ChatCompletionRequest['reasoning_format'];
}

/** What an answer may be; the same for those who constrain it and those who read it. */
export function answerRules({ tools, form, opening, reasoningFormat }: RuleInput): AnswerRules {
  const callable = tools?.callable ?? [];
  const withheld = tools?.declared.filter((tool) => !callable.includes(tool)) ?? [];
  const rest = withheld.length > 0 ? { withheld } : {};
  return {
    calls:
      tools && callable.length > 0
        ? { tools: callable, parallel: tools.parallel, required: tools.required, ...rest }
        : undefined,
    form: form && tagOfForm(form),
    reasoning: opening,
    ...(reasoningFormat === 'raw' && { rawReasoning: true }),
    ...(callable.length === 0 && rest),
  };
}

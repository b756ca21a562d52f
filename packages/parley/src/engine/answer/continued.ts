import { invalidRequest } from '@parley/protocol/errors';
import type { AnswerDialect, AnswerRules } from './format.ts';

/**
 * Throws a 400 where the answer would go on with a text that holds a call, or the beginning of one: what the model adds
 * would be no call, and nobody could tell it from text.
 */
export function refuseContinuedCall(text: string, dialect: AnswerDialect, rules: AnswerRules): void {
  if (!rules.calls) return;
  const { calls } = rules;
  const reader = dialect.reader({
    ...rules,
    calls: { ...calls, required: false },
    form: undefined,
    reasoning: 'none',
  });
  const parts = [...reader.push(text), ...reader.end()];
  if (parts.every(({ type }) => type === 'text')) return;
  throw invalidRequest(
    'continue_final_message',
    'continue_final_message: the final message holds a call, or the beginning of one, which cannot be continued. End it before the call; tool_choice can name the tool.',
  );
}

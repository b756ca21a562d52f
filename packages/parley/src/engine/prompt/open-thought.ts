import { invalidRequest, unsupportedParameter } from '@parley/protocol/errors';
import { isRecord } from './leaves.ts';

/**
 * Whether the answer goes on within a thought: the last part of the final message is one that is not closed. Throws a 400
 * for any other thought that is not closed: no template has a place for it.
 */
export function continuesThought(messages: readonly unknown[], continues: boolean): boolean {
  for (const [index, message] of messages.entries()) {
    const parts: readonly unknown[] =
      isRecord(message) && Array.isArray(message.content) ? message.content : [];
    const at = parts.findIndex((part) => isRecord(part) && part.type === 'thinking' && part.closed === false);
    if (at < 0) continue;
    if (continues && index === messages.length - 1 && at === parts.length - 1) return true;
    const path = `messages[${index}].content[${at}].closed`;
    throw unsupportedParameter(
      path,
      `${path}: a thought can be left open only as the last part of the final message, with continue_final_message: true.`,
    );
  }
  return false;
}

/** Calls stand behind a message's text, so a text that goes on would push them away. */
export function refuseCallsToContinue(message: unknown, index: number): void {
  if (!isRecord(message)) return;
  const hasCalls = Array.isArray(message.tool_calls) && message.tool_calls.length > 0;
  if (!hasCalls && !isRecord(message.function_call)) return;
  throw invalidRequest(
    'continue_final_message',
    `continue_final_message: messages[${index}] ends with calls, which cannot be continued.`,
  );
}

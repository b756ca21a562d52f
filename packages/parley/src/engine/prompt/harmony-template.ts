import type { PlacedMessage } from './harmony-messages.ts';
import { isRecord } from './leaves.ts';
import type { TemplateMessage } from './messages.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Messages for a template that writes Harmony. There a turn has one call at most, and a result belongs to the call before
 * it: of a message with several calls each becomes a message of its own, with its result behind it.
 */
export function oneCallEach(placed: readonly PlacedMessage[]): PlacedMessage[] {
  const out: PlacedMessage[] = [];
  for (let at = 0; at < placed.length; at++) {
    const { message, index } = placed[at]!;
    const calls = isRecord(message) && Array.isArray(message.tool_calls) ? message.tool_calls : [];
    if (!isRecord(message) || calls.length < 2) {
      out.push({ message, index });
      continue;
    }
    const results = resultsAfter(placed, at);
    at += results.length;
    out.push(...turns(message, calls, index, results));
  }
  return out;
}

function resultsAfter(placed: readonly PlacedMessage[], at: number): PlacedMessage[] {
  const isResult = ({ message }: PlacedMessage) => isRecord(message) && message.role === 'tool';
  const end = placed.findIndex((one, index) => index > at && !isResult(one));
  return placed.slice(at + 1, end < 0 ? placed.length : end);
}

/** What was said and thought stands before the first call. */
function turns(
  message: Fields,
  calls: readonly unknown[],
  index: number,
  results: readonly PlacedMessage[],
): PlacedMessage[] {
  const { content: _said, reasoning: _thought, reasoning_content: _again, ...rest } = message;
  const ids = calls.map((call) => (isRecord(call) ? call.id : undefined));
  const idOf = ({ message: result }: PlacedMessage) => (isRecord(result) ? result.tool_call_id : undefined);
  const answered = calls.flatMap((call, place) => [
    { message: { ...(place === 0 ? message : rest), tool_calls: [call] }, index },
    ...results.filter((result) => idOf(result) !== undefined && idOf(result) === ids[place]),
  ]);
  return [...answered, ...results.filter((result) => !ids.includes(idOf(result)))];
}

/**
 * The template reads reasoning as `thinking`. Of a turn with a call it shows either that or the text, as reasoning too,
 * and refuses both, so there they are one.
 */
export function withThinking(message: TemplateMessage, reasoning: string): TemplateMessage {
  const { content, tool_calls: calls } = message;
  if (calls === undefined || typeof content !== 'string' || content === '') {
    return { ...message, thinking: reasoning };
  }
  return { ...message, content: '', thinking: `${reasoning}\n${content}` };
}

/** The other way round. */
export function withoutThinking(message: TemplateMessage, reasoning: string): TemplateMessage {
  const { thinking, ...rest } = message;
  if (typeof thinking !== 'string' || !thinking.startsWith(`${reasoning}\n`)) return rest;
  return { ...rest, content: thinking.slice(reasoning.length + 1) };
}

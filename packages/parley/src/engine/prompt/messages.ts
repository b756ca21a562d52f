import { invalidRequest, unsupportedParameter } from '@parley/protocol/errors';
import { detectsHarmony } from '../answer/harmony.ts';
import { flattenContent } from './content.ts';
import { type PlacedMessage, withRoles } from './harmony-messages.ts';
import { oneCallEach, withoutThinking, withThinking } from './harmony-template.ts';
import { isRecord } from './leaves.ts';

/** What a template can be seen to handle, by looking at its source. */
export interface TemplateTraits {
  /**
   * It walks over the parts of a content, always or where it is a list. Others get the text parts joined with a newline,
   * as vLLM does.
   */
  readonly contentParts: 'always' | 'lists' | 'never';
  /** It knows the role. Others see `system`. */
  readonly developerRole: boolean;
  /** It writes Harmony. */
  readonly harmony: boolean;
}

/** A template that asks takes both. */
const CONTENT_TEST = /\bis\s+(?:not\s+)?(?:string|iterable|sequence|mapping)\b/;
const CONTENT_LOOP = /\bfor\s+\w+\s+in\s+\w+(?:\.content|\[\s*['"]content['"]\s*\])/;

export function templateTraits(source: string): TemplateTraits {
  return {
    contentParts: !CONTENT_LOOP.test(source) ? 'never' : CONTENT_TEST.test(source) ? 'lists' : 'always',
    developerRole: /['"]developer['"]/.test(source),
    harmony: detectsHarmony(source),
  };
}

export type TemplateMessage = Record<string, unknown> & { role: string };

/** Messages as templates expect them. Throws an ApiError 400 that names what this model cannot read. */
export function templateMessages(messages: readonly unknown[], traits: TemplateTraits): TemplateMessage[] {
  if (messages.length === 0) throw invalidRequest('messages', 'messages must hold at least one message.');
  return withLegacyIds(
    turnsOf(messages, traits).map(({ message, index }) =>
      templateMessage(message, `messages[${index}]`, traits),
    ),
  );
}

/** The older form of calls has no ids, but templates that show ids want them; some take nine letters or digits only. */
function withLegacyIds(messages: readonly TemplateMessage[]): TemplateMessage[] {
  let id = '';
  return messages.map((message, index) => {
    const calls: readonly unknown[] = Array.isArray(message.tool_calls) ? message.tool_calls : [];
    const [call] = calls;
    if (isRecord(call) && call.id === undefined) {
      id = `call${String(index).padStart(5, '0')}`;
      return { ...message, tool_calls: [{ ...call, id }, ...calls.slice(1)] };
    }
    const isLegacy = message.role === 'tool' && message.tool_call_id === undefined && id !== '';
    return isLegacy ? { ...message, tool_call_id: id } : message;
  });
}

/** Which message of the request each message of the template is: some are joined, and some are taken apart. */
export function messagePlaces(messages: readonly unknown[], traits: TemplateTraits): number[] {
  return turnsOf(messages, traits).map(({ index }) => index);
}

function turnsOf(messages: readonly unknown[], { harmony }: TemplateTraits): PlacedMessage[] {
  const turns = withRoles(messages, harmony);
  return harmony ? oneCallEach(turns) : turns;
}

function templateMessage(message: unknown, path: string, traits: TemplateTraits): TemplateMessage {
  if (!isRecord(message)) throw invalidRequest(path, `${path} must be an object.`);
  if (typeof message.role !== 'string') throw invalidRequest(`${path}.role`, `${path}.role must be text.`);
  if (message.audio) {
    throw unsupportedParameter(
      `${path}.audio`,
      `${path}.audio: this model has no audio answers to refer to.`,
    );
  }
  const { texts, isList, reasoning } = flattenContent(message.content, `${path}.content`);
  const spoken = texts.length > 0 || typeof message.refusal !== 'string' ? texts : [message.refusal];
  const out: TemplateMessage = {
    ...rest(message),
    role: roleOf(message.role, traits),
    content: takesParts(message.role, isList, traits)
      ? spoken.map((text) => ({ type: 'text', text }))
      : spoken.join('\n'),
  };
  const thought = message.reasoning ?? message.reasoning_content ?? reasoning;
  // Templates read either name.
  if (typeof thought === 'string') Object.assign(out, { reasoning: thought, reasoning_content: thought });
  const calls = toolCalls(message, path);
  if (calls) out.tool_calls = calls;
  return traits.harmony && typeof thought === 'string' ? withThinking(out, thought) : out;
}

/** The results of tools are put out as one text also by templates that walk over parts elsewhere. */
function takesParts(role: string, isList: boolean, { contentParts }: TemplateTraits): boolean {
  return (
    contentParts === 'always' ||
    (contentParts === 'lists' && isList && role !== 'tool' && role !== 'function')
  );
}

/** The same message where it carries no reasoning. */
export function withoutReasoning(message: TemplateMessage): TemplateMessage {
  if (message.reasoning === undefined) return message;
  const { reasoning, reasoning_content: _again, ...spoken } = message;
  return typeof reasoning === 'string' ? withoutThinking(spoken, reasoning) : spoken;
}

/** Without the reasoning of earlier turns: those before the last question. */
export function clearThinking(messages: readonly TemplateMessage[]): TemplateMessage[] {
  const last = messages.findLastIndex(({ role }) => role === 'user');
  return messages.map((message, index) => (index < last ? withoutReasoning(message) : message));
}

const HANDLED = new Set([
  'role',
  'content',
  'refusal',
  'reasoning',
  'reasoning_content',
  'tool_calls',
  'function_call',
  'audio',
]);

/** Null means the same as absence, so templates that ask `is defined` see neither. */
function rest(message: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(message).filter(
      ([key, value]) => !HANDLED.has(key) && value !== null && value !== undefined,
    ),
  );
}

function roleOf(role: string, traits: TemplateTraits): string {
  if (role === 'developer' && !traits.developerRole) return 'system';
  // The older form of a tool's answer; templates know the newer.
  return role === 'function' ? 'tool' : role;
}

function toolCalls(message: Record<string, unknown>, path: string): Record<string, unknown>[] | undefined {
  if (isRecord(message.function_call)) {
    return [{ type: 'function', function: templateCall(message.function_call) }];
  }
  if (!Array.isArray(message.tool_calls) || message.tool_calls.length === 0) return undefined;
  return message.tool_calls.map((call: unknown, index) => {
    const at = `${path}.tool_calls[${index}]`;
    // Templates know functions only: the input of a custom tool is shown as its one argument.
    if (isRecord(call) && isRecord(call.custom)) {
      const { name, input } = call.custom;
      return { id: call.id, type: 'function', function: { name, arguments: { input } } };
    }
    if (!isRecord(call) || !isRecord(call.function)) {
      throw unsupportedParameter(at, `${at}: a call is either a function or a custom tool.`);
    }
    return { ...call, type: 'function', function: templateCall(call.function) };
  });
}

/** Arguments travel as JSON text, but templates write them with `tojson` or walk over them: an object where it is one. */
function templateCall(call: Record<string, unknown>): Record<string, unknown> {
  const { arguments: text } = call;
  if (typeof text !== 'string') return call;
  if (text.trim() === '') return { ...call, arguments: {} };
  try {
    const parsed: unknown = JSON.parse(text);
    return isRecord(parsed) ? { ...call, arguments: parsed } : call;
  } catch {
    // A model may have written invalid JSON; the template shows it as it is.
    return call;
  }
}

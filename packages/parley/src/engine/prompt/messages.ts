import { invalidRequest, unsupportedParameter } from '@parley/protocol/errors';
import { flattenContent } from './content.ts';
import { isRecord } from './leaves.ts';

/** What a template can be seen to handle, by looking at its source. */
export interface TemplateTraits {
  /** It walks over the parts of a content. Others get the text parts joined with a newline, as vLLM does. */
  readonly contentParts: boolean;
  /** It knows the role. Others see `system`. */
  readonly developerRole: boolean;
}

const CONTENT_LOOP = /\bfor\s+\w+\s+in\s+\w+(?:\.content|\[\s*['"]content['"]\s*\])/;

export function templateTraits(source: string): TemplateTraits {
  return { contentParts: CONTENT_LOOP.test(source), developerRole: /['"]developer['"]/.test(source) };
}

export type TemplateMessage = Record<string, unknown> & { role: string };

/** Messages as templates expect them. Throws an ApiError 400 that names what this model cannot read. */
export function templateMessages(messages: readonly unknown[], traits: TemplateTraits): TemplateMessage[] {
  if (messages.length === 0) throw invalidRequest('messages', 'messages must hold at least one message.');
  return messages.map((message, index) => templateMessage(message, `messages[${index}]`, traits));
}

function templateMessage(message: unknown, path: string, traits: TemplateTraits): TemplateMessage {
  if (!isRecord(message)) throw invalidRequest(path, `${path} must be an object.`);
  if (isRecord(message.author)) {
    throw unsupportedParameter(
      `${path}.author`,
      `${path}.author: this model does not read the Harmony form.`,
    );
  }
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
    content:
      isList && traits.contentParts ? spoken.map((text) => ({ type: 'text', text })) : spoken.join('\n'),
  };
  const thought = message.reasoning ?? message.reasoning_content ?? reasoning;
  // Templates read either name.
  if (typeof thought === 'string') Object.assign(out, { reasoning: thought, reasoning_content: thought });
  const calls = toolCalls(message, path);
  if (calls) out.tool_calls = calls;
  return out;
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
    if (!isRecord(call) || !isRecord(call.function)) {
      throw unsupportedParameter(at, `${at}: this model's template knows calls of type 'function' only.`);
    }
    return { ...call, type: 'function', function: templateCall(call.function) };
  });
}

/** Arguments travel as JSON text, but templates write them with `tojson` or walk over them: an object where it is one. */
function templateCall(call: Record<string, unknown>): Record<string, unknown> {
  const { arguments: text } = call;
  if (typeof text !== 'string') return call;
  try {
    const parsed: unknown = JSON.parse(text);
    return isRecord(parsed) ? { ...call, arguments: parsed } : call;
  } catch {
    // A model may have written invalid JSON; the template shows it as it is.
    return call;
  }
}

import type { Message, Tool, ToolChoice } from '@parley/protocol';
import type { Parameters } from '../../core/complete.ts';
import type { MessageRules } from '../target.ts';
import type { Note } from './dialect.ts';

export interface ModernForm {
  readonly messages: readonly Message[];
  readonly parameters: Parameters;
  readonly notes: readonly Note[];
}

/**
 * The older `functions`, `function_call` and the messages that go with them in the words of today, and tools that
 * messages bring along among the tools of the request: one form for all dialects to start from.
 */
export function modernForm(
  rules: MessageRules,
  messages: readonly Message[],
  parameters: Parameters,
): ModernForm {
  const notes: Note[] = [];
  const withTools = rules.customRoles ? { messages, parameters } : liftTools(messages, parameters, notes);
  return {
    messages: modernMessages(withTools.messages),
    parameters: modernParameters(withTools.parameters, notes),
    notes,
  };
}

function modernParameters(parameters: Parameters, notes: Note[]): Parameters {
  const { functions, function_call: choice, ...rest } = parameters;
  if (!functions?.length) return rest;
  notes.push({ name: 'functions', change: 'translated', detail: 'functions are sent as tools.' });
  const tools = functions.map((definition): Tool => ({ type: 'function', function: definition }));
  if (choice === undefined || choice === null) return { ...rest, tools };
  notes.push({
    name: 'function_call',
    change: 'translated',
    detail: 'function_call is sent as tool_choice.',
  });
  const named: ToolChoice =
    typeof choice === 'string' ? choice : { type: 'function', function: { name: choice.name } };
  return { ...rest, tools, tool_choice: named };
}

function liftTools(messages: readonly Message[], parameters: Parameters, notes: Note[]) {
  const brought = messages.flatMap((message) => ('tools' in message ? (message.tools ?? []) : []));
  if (brought.length === 0) return { messages, parameters };
  notes.push({
    name: 'messages[].tools',
    change: 'translated',
    detail: 'The tools of a message count as tools of the request.',
  });
  const without = messages.map((message) => {
    if (!('tools' in message)) return message;
    const { tools: _lifted, ...rest } = message;
    return rest;
  });
  return {
    messages: without,
    parameters: { ...parameters, tools: [...(parameters.tools ?? []), ...brought] },
  };
}

/** Calls of the older form had no ids; a result belongs to the last call of that name. */
function modernMessages(messages: readonly Message[]): readonly Message[] {
  if (!messages.some(isOlder)) return messages;
  const lastCall = new Map<string, string>();
  return messages.map((message, index): Message => {
    if (message.role === 'assistant' && 'function_call' in message && message.function_call) {
      const { function_call: call, ...rest } = message;
      const id = `call_${index}`;
      lastCall.set(call.name, id);
      return { ...rest, role: 'assistant', tool_calls: [{ id, type: 'function', function: call }] };
    }
    if (message.role === 'function' && 'name' in message) {
      const name = message.name ?? '';
      const id = lastCall.get(name) ?? `call_${name}`;
      return { role: 'tool', tool_call_id: id, name, content: message.content ?? '' };
    }
    return message;
  });
}

function isOlder(message: Message): boolean {
  return message.role === 'function' || ('function_call' in message && Boolean(message.function_call));
}

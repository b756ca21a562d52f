import type { ChatCompletion, Message, StoredChatCompletion, StoredMessage } from '@parley/protocol';
import type { Parameters } from '../core/complete.ts';

/** What is kept of an answer: its body, and what was asked for, in the words of OpenAI's stored completions. */
export function storedCompletion(
  body: ChatCompletion,
  parameters: Parameters,
  requestId: string | null,
): StoredChatCompletion {
  return {
    ...body,
    request_id: requestId,
    metadata: parameters.metadata ?? {},
    tools: toolsOf(parameters),
    tool_choice: toolChoiceOf(parameters),
    response_format: parameters.response_format ?? null,
    seed: parameters.seed ?? null,
    temperature: parameters.temperature ?? null,
    top_p: parameters.top_p ?? null,
    frequency_penalty: parameters.frequency_penalty ?? null,
    presence_penalty: parameters.presence_penalty ?? null,
    input_user: parameters.user ?? null,
    safety_identifier: parameters.safety_identifier ?? null,
    prompt_cache_key: parameters.prompt_cache_key ?? null,
  };
}

/** The older form too, as there is one list of what the model may call. */
function toolsOf({ tools, functions }: Parameters): StoredChatCompletion['tools'] {
  return tools ?? functions?.map((each) => ({ type: 'function', function: each })) ?? null;
}

function toolChoiceOf({ tool_choice, function_call }: Parameters): StoredChatCompletion['tool_choice'] {
  if (tool_choice) return tool_choice;
  if (typeof function_call !== 'object') return function_call ?? null;
  return function_call && { type: 'function', function: { name: function_call.name } };
}

/** A message of a kept request, with an id that says where it stood. */
export function storedMessage(completionId: string, message: Message, index: number): StoredMessage {
  const { content } = message;
  const role = 'author' in message ? message.author.role : message.role;
  const name = 'author' in message ? message.author.name : message.name;
  const refusal = 'refusal' in message ? message.refusal : undefined;
  return {
    ...message,
    id: `${completionId}-${index}`,
    role,
    content: typeof content === 'string' ? content : null,
    content_parts: Array.isArray(content) ? content : null,
    name: name ?? null,
    refusal: refusal ?? null,
  };
}

import type { ChatRequest } from '../../core/complete.ts';
import type { ParameterReport } from '../../core/report.ts';

/**
 * Tools that a message brings along may be called from there on, like those of the request: they are moved there, because
 * no chat template has a place for them in the middle of a conversation.
 */
export function withMessageTools(request: ChatRequest, report: ParameterReport): ChatRequest {
  const { input, parameters } = request;
  if (input.kind !== 'messages') return request;
  const brought = input.messages.flatMap((message, index) => {
    const tools = 'tools' in message && Array.isArray(message.tools) ? message.tools : [];
    if (tools.length > 0) {
      report.add(
        `messages[${index}].tools`,
        'translated',
        'The tools of a message count as tools of the request.',
      );
    }
    return tools;
  });
  if (brought.length === 0) return request;
  const messages = input.messages.map((message) => {
    if (!('tools' in message)) return message;
    const { tools: _moved, ...rest } = message;
    return rest;
  });
  return {
    ...request,
    input: { kind: 'messages', messages },
    parameters: { ...parameters, tools: [...(parameters.tools ?? []), ...brought] },
  };
}

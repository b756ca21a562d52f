import { parseChatCompletion } from '@parley/protocol';
import { type Answer, writeAnswer } from '../answer.ts';
import { encodingOptions, modelName, openCall, receive, type Shared } from '../call.ts';
import { chatBody } from '../encode/chat-body.ts';
import { ChatChoiceWriter } from '../encode/chat-chunks.ts';
import { ChunkEncoder } from '../encode/chunks.ts';
import type { Exchange } from '../http/exchange.ts';

/** `POST /v1/chat/completions`. */
export function chatCompletions(shared: Shared) {
  return async (exchange: Exchange): Promise<void> => {
    const parsed = parseChatCompletion(await receive(exchange, shared));
    const context = openCall(
      exchange,
      parsed,
      parsed.request.request_id ?? `chatcmpl-${shared.settings.newId()}`,
    );
    const { model: given, messages, ...parameters } = parsed.request;
    const request = {
      model: modelName(exchange, given, shared),
      input: { kind: 'messages' as const, messages },
      parameters,
      unknown: parsed.unknown,
    };
    const options = encodingOptions(parameters);
    const { report } = context;
    const shown = parameters.parley?.report === true ? () => report.entries : undefined;
    const answer: Answer = {
      exchange,
      streamed: parameters.stream === true,
      events: shared.settings.backend.complete(request, context),
      report,
      encoder: () => new ChunkEncoder(options, new ChatChoiceWriter(options), shown),
      body: (folded) => chatBody(folded, options, shown?.()),
    };
    await writeAnswer(answer, shared.settings, shared.metrics);
  };
}

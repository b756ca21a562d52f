import { checkProfile, parseChatCompletion } from '@parley/protocol';
import { type Answer, writeAnswer } from '../answer.ts';
import {
  encodingOptions,
  modelName,
  openGeneration,
  parseOptions,
  receive,
  reportsInBody,
  type Shared,
} from '../call.ts';
import { chatBody } from '../encode/chat-body.ts';
import { ChatChoiceWriter } from '../encode/chat-chunks.ts';
import { ChunkEncoder } from '../encode/chunks.ts';
import type { Exchange } from '../http/exchange.ts';
import { inProfile, profileOptions } from '../profile.ts';
import { identifiersOf, storing } from '../stored-call.ts';

/** `POST /v1/chat/completions`. */
export function chatCompletions(shared: Shared) {
  return async (exchange: Exchange): Promise<void> => {
    const { profile } = exchange;
    const body = await receive(exchange, shared);
    if (profile) checkProfile(profile, profile.chat, body);
    const parsed = parseChatCompletion(body, parseOptions(exchange, shared));
    const { context, complete, delayed } = openGeneration(
      exchange,
      shared,
      parsed,
      parsed.request.request_id ?? `chatcmpl-${shared.settings.newId()}`,
      storing(shared.settings.store, exchange),
    );
    const { model: given, messages, ...parameters } = parsed.request;
    exchange.record.identifiers = identifiersOf(parameters);
    const request = {
      model: modelName(exchange, given, shared),
      input: { kind: 'messages' as const, messages },
      parameters,
      unknown: parsed.unknown,
    };
    const { report } = context;
    const plain = encodingOptions(parameters);
    const options = profile ? profileOptions(plain, profile, report) : plain;
    const shown = reportsInBody(parameters) ? () => report.entries : undefined;
    const answer: Answer = {
      exchange,
      streamed: parameters.stream === true,
      events: delayed(() => complete(request, { ...context, whole: parameters.stream !== true })),
      report,
      details: context.details,
      encoder: () => new ChunkEncoder(options, new ChatChoiceWriter(options), shown),
      body: (folded) => chatBody(folded, options, shown?.()),
    };
    const written = profile ? inProfile(answer, profile.chat, shared.settings) : answer;
    await writeAnswer(written, shared.settings, shared.metrics);
  };
}

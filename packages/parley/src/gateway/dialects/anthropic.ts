import { AnthropicAnswerReader } from './anthropic-answer.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import { anthropicParameters } from './anthropic-parameters.ts';
import { conversationOf } from './conversation.ts';
import type { Dialect } from './dialect.ts';
import { modernForm } from './modern-form.ts';
import { refusal } from './openai-parameters.ts';
import { endpoint } from './url.ts';

const VERSION = '2023-06-01';

/** The messages API of Anthropic. */
export const anthropicDialect: Dialect = {
  name: 'anthropic',
  encode: (target, { input, parameters }) => {
    if (input.kind !== 'messages') throw refusal('prompt', 'it takes messages alone');
    const rules = target.upstream.provider.messages;
    const modern = modernForm(rules, input.messages, parameters);
    const conversation = conversationOf(rules, modern.messages);
    const { fields, notes } = anthropicParameters(target, modern.parameters);
    const { instructions } = conversation;
    return {
      url: endpoint(target.upstream.baseUrl, '/messages'),
      headers: { 'anthropic-version': VERSION },
      body: {
        model: target.model,
        ...(instructions.length > 0 && { system: instructions.map((text) => ({ type: 'text', text })) }),
        messages: anthropicMessages(conversation),
        stream: true,
        ...fields,
      },
      streamed: true,
      notes: [...modern.notes, ...conversation.notes, ...notes],
      carried: [],
    };
  },
  reader: (writer) => new AnthropicAnswerReader(writer),
};

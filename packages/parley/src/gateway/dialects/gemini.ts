import { conversationOf } from './conversation.ts';
import type { Dialect } from './dialect.ts';
import { GeminiAnswerReader } from './gemini-answer.ts';
import { geminiContents } from './gemini-contents.ts';
import { geminiParameters } from './gemini-parameters.ts';
import { modernForm } from './modern-form.ts';
import { refusal } from './openai-parameters.ts';
import { endpoint } from './url.ts';

/** `streamGenerateContent` of Google's Gemini API. */
export const geminiDialect: Dialect = {
  name: 'gemini',
  encode: (target, { input, parameters }) => {
    if (input.kind !== 'messages') throw refusal('prompt', 'it takes messages alone');
    const rules = target.upstream.provider.messages;
    const modern = modernForm(rules, input.messages, parameters);
    const conversation = conversationOf(rules, modern.messages);
    const { fields, notes } = geminiParameters(target, modern.parameters);
    const { instructions } = conversation;
    const model = encodeURIComponent(target.model);
    return {
      url: endpoint(target.upstream.baseUrl, `/models/${model}:streamGenerateContent`, { alt: 'sse' }),
      headers: {},
      body: {
        ...(instructions.length > 0 && {
          systemInstruction: { parts: instructions.map((text) => ({ text })) },
        }),
        contents: geminiContents(conversation, target.model),
        ...fields,
      },
      streamed: true,
      notes: [...modern.notes, ...conversation.notes, ...notes],
      carried: [],
    };
  },
  reader: (writer, { parameters }) => new GeminiAnswerReader(writer, parameters),
};

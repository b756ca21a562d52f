import type { Input, Parameters } from '../../core/complete.ts';
import { messageMisfit } from '../providers/message-fit.ts';
import { isNeutral } from '../providers/neutral.ts';
import type { Provider, Target } from '../target.ts';
import type { Dialect, EncodedCall, Note } from './dialect.ts';
import type { Json } from './json.ts';
import { modernForm } from './modern-form.ts';
import { ChatAnswerReader } from './openai-answer.ts';
import { openAiMessages } from './openai-messages.ts';
import { openAiParameters, refusal } from './openai-parameters.ts';
import { PromptAnswerReader, promptFields } from './openai-prompt.ts';
import { endpoint } from './url.ts';

/** OpenAI's form, which all compatible upstreams speak. */
export const openAiDialect: Dialect = {
  name: 'openai',
  encode: (target, { input, parameters, unknown }) =>
    encodeOpenAi(target, input, parameters, unknown, (path) => endpoint(target.upstream.baseUrl, path)),
  reader: (writer, { input, parameters }) =>
    input.kind === 'messages'
      ? new ChatAnswerReader(writer, parameters)
      : new PromptAnswerReader(writer, parameters),
};

export function encodeOpenAi(
  target: Target,
  input: Input,
  parameters: Parameters,
  unknown: Json,
  address: (path: string) => string,
): EncodedCall {
  const { provider } = target.upstream;
  const streamed = !provider.wholeOnly.some((name) => !isNeutral(name, parameters));
  const carried = provider.unknownParameters === 'honoured' ? Object.keys(unknown) : [];
  const common = {
    ...(carried.length > 0 && unknown),
    model: target.model,
    ...(streamed && { stream: true, ...streamOptions(provider) }),
  };
  const written =
    input.kind === 'messages' ? chat(target, input, parameters) : prompt(target, input, parameters);
  return {
    url: address(input.kind === 'messages' ? '/chat/completions' : '/completions'),
    headers: {},
    body: { ...common, ...written.body },
    streamed,
    notes: written.notes,
    carried,
  };
}

interface Written {
  readonly body: Json;
  readonly notes: readonly Note[];
}

function chat(target: Target, input: Extract<Input, { kind: 'messages' }>, parameters: Parameters): Written {
  const rules = target.upstream.provider.messages;
  const misfit = messageMisfit(rules, input.messages);
  if (misfit !== undefined) throw refusal(misfit.path, `it does not take ${misfit.what}`);
  const modern = modernForm(rules, input.messages, parameters);
  const encoded = openAiParameters(target, modern.parameters);
  const { messages, notes } = openAiMessages(
    rules,
    modern.messages,
    parameters.continue_final_message === true,
  );
  return { body: { messages, ...encoded.fields }, notes: [...modern.notes, ...encoded.notes, ...notes] };
}

function prompt(
  target: Target,
  input: Exclude<Input, { kind: 'messages' }>,
  parameters: Parameters,
): Written {
  if (!target.upstream.provider.prompts.includes(input.kind)) {
    throw refusal(
      'prompt',
      `it does not take ${input.kind === 'text' ? 'texts' : 'tokens'} in place of messages`,
    );
  }
  const { fields, notes } = openAiParameters(target, parameters);
  return { body: promptFields(input, parameters, fields), notes };
}

function streamOptions({ streamUsage }: Provider): Json {
  return streamUsage === 'include_usage' ? { stream_options: { include_usage: true } } : {};
}

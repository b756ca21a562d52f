import { ChatCompletionRequest } from './chat.ts';
import { rangeText, typeText } from './describe.ts';
import { jsonSchema } from './json-schema.ts';

/** What a body parameter is, for lists and reference pages. */
export interface ParameterDescription {
  readonly description: string;
  /** In the manner of TypeScript; null, which means absent, is left out. */
  readonly type: string;
  readonly required: boolean;
  readonly deprecated: boolean;
  /** What a call without the parameter does, where that is one value. */
  readonly default?: unknown;
  /** In words: `between 0 and 2`. */
  readonly range?: string;
}

export type ChatParameterName = keyof ChatCompletionRequest;

const { properties = {}, required = [] } = jsonSchema(ChatCompletionRequest);

/** Names of all body parameters of a chat completion, `model` and `messages` included. */
export const CHAT_PARAMETER_NAMES = Object.keys(properties) as readonly ChatParameterName[];

function describe(name: ChatParameterName): ParameterDescription {
  const schema = properties[name] ?? {};
  const range = rangeText(schema);
  return {
    description: schema.description ?? '',
    // A message is one of many shapes, which the API reference spells out.
    type: name === 'messages' ? 'Message[]' : typeText(schema),
    required: required.includes(name),
    deprecated: schema.deprecated === true,
    ...(schema.default === undefined ? {} : { default: schema.default }),
    ...(range === undefined || name === 'messages' ? {} : { range }),
  };
}

/** Every body parameter of a chat completion, derived from the schema that validates it. */
export const PARAMETERS = Object.freeze(
  Object.fromEntries(CHAT_PARAMETER_NAMES.map((name) => [name, Object.freeze(describe(name))])),
) as Readonly<Record<ChatParameterName, ParameterDescription>>;

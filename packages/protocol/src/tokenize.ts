import Type, { type Static } from 'typebox';
import { Message } from './message.ts';
import { JsonObject, optional, TokenId } from './parameter.ts';
import { Tool } from './tools.ts';

const model = optional(
  Type.String({ minLength: 1 }),
  'Id or alias of the model. Absent: the default model of the server.',
);
const addSpecialTokens = (fallback: boolean) =>
  optional(Type.Boolean(), 'Whether the tokenizer adds its own control tokens.', { default: fallback });
const returnTokenStrings = optional(Type.Boolean(), 'Whether the answer carries the text of each token.', {
  default: false,
});

export const TokenizeTextRequest = Type.Object(
  {
    model,
    prompt: Type.String({ description: 'The text.' }),
    add_special_tokens: addSpecialTokens(true),
    return_token_strs: returnTokenStrings,
  },
  { description: 'Text to be tokenised.' },
);

export const TokenizeChatRequest = Type.Object(
  {
    model,
    messages: Type.Array(Message, {
      minItems: 1,
      description: 'A conversation; its rendered prompt is tokenised.',
    }),
    tools: optional(Type.Array(Tool), 'Tools that the prompt declares.'),
    add_generation_prompt: optional(
      Type.Boolean(),
      "Whether the prompt ends with the opening of the assistant's turn.",
      {
        default: true,
      },
    ),
    continue_final_message: optional(Type.Boolean(), 'Whether the last message is left open.', {
      default: false,
    }),
    add_special_tokens: addSpecialTokens(false),
    chat_template: optional(Type.String(), "Jinja template in place of the model's own."),
    chat_template_kwargs: optional(JsonObject, 'Variables for the chat template.'),
    mm_processor_kwargs: optional(JsonObject, 'Options for the processing of images, audio and video.'),
    return_token_strs: returnTokenStrings,
  },
  { description: 'A conversation to be tokenised.' },
);

/** Body of `POST /tokenize`, in vLLM's shape. */
export const TokenizeRequest = Type.Union([TokenizeTextRequest, TokenizeChatRequest]);
export type TokenizeRequest = Static<typeof TokenizeRequest>;
export type TokenizeTextRequest = Static<typeof TokenizeTextRequest>;
export type TokenizeChatRequest = Static<typeof TokenizeChatRequest>;

/** More than any context holds; the text is put together in one go. */
const MAX_DETOKENIZED = 1_000_000;

/** Body of `POST /detokenize`. */
export const DetokenizeRequest = Type.Object(
  { model, tokens: Type.Array(TokenId, { maxItems: MAX_DETOKENIZED, description: 'Token ids.' }) },
  { description: 'Tokens to be turned into text.' },
);
export type DetokenizeRequest = Static<typeof DetokenizeRequest>;

export const TokenizeResponse = Type.Object(
  {
    count: Type.Integer({ minimum: 0, description: 'Number of tokens.' }),
    max_model_len: Type.Integer({ minimum: 1, description: 'Tokens that the context holds.' }),
    tokens: Type.Array(TokenId),
    token_strs: Type.Union([Type.Array(Type.String()), Type.Null()]),
  },
  { additionalProperties: false },
);
export type TokenizeResponse = Static<typeof TokenizeResponse>;

export const DetokenizeResponse = Type.Object({ prompt: Type.String() }, { additionalProperties: false });
export type DetokenizeResponse = Static<typeof DetokenizeResponse>;

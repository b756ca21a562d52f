import Type, { type Static } from 'typebox';
import { ResponseFormat } from './format.ts';
import { JsonObject } from './parameter.ts';
import { ChatCompletion } from './response.ts';
import { closed, nullable } from './response-fields.ts';
import { Metadata } from './stored-metadata.ts';
import { Tool, ToolChoice } from './tools.ts';

const given = 'As the request gave it; null where it did not.';
const asGiven = <T extends Type.TSchema>(schema: T) =>
  Type.Union([schema, Type.Null()], { description: given });

/** An answer that was kept because its request said `store: true`, with what it was asked for. */
export const StoredChatCompletion = Type.Object(
  {
    ...ChatCompletion.properties,
    request_id: nullable(Type.String({ description: 'The `x-request-id` of the answer.' })),
    metadata: Metadata,
    tools: asGiven(Type.Array(Tool)),
    tool_choice: asGiven(ToolChoice),
    response_format: asGiven(ResponseFormat),
    seed: asGiven(Type.Union([Type.Integer(), Type.String()])),
    temperature: asGiven(Type.Number()),
    top_p: asGiven(Type.Number()),
    frequency_penalty: asGiven(Type.Number()),
    presence_penalty: asGiven(Type.Number()),
    input_user: Type.Union([Type.String(), Type.Null()], {
      description: 'What the request called `user`; the name is the one that OpenAI gives it here.',
    }),
    safety_identifier: asGiven(Type.String()),
    prompt_cache_key: asGiven(Type.String()),
  },
  { ...closed, description: 'A kept answer, with what it was asked for.' },
);
export type StoredChatCompletion = Static<typeof StoredChatCompletion>;

const pageFields = {
  object: Type.Literal('list'),
  first_id: nullable(Type.String()),
  last_id: nullable(Type.String({ description: 'The `after` of the next page.' })),
  has_more: Type.Boolean(),
};

/** `GET /v1/chat/completions`. */
export const StoredChatCompletionList = Type.Object(
  { ...pageFields, data: Type.Array(StoredChatCompletion) },
  closed,
);
export type StoredChatCompletionList = Static<typeof StoredChatCompletionList>;

/** A message of the request. Whatever else it carried stands beside these fields. */
export const StoredMessage = Type.Object(
  {
    id: Type.String({ description: 'Id of the completion, a hyphen and the index of the message.' }),
    role: Type.String(),
    content: Type.Union([Type.String(), Type.Null()], {
      description: 'The text; null where there was none or where it came in parts.',
    }),
    content_parts: Type.Union([Type.Array(Type.Union([Type.String(), JsonObject])), Type.Null()], {
      description: 'The parts; null where the content was no array.',
    }),
    name: nullable(Type.String()),
    refusal: nullable(Type.String()),
  },
  { description: 'A message of the request that was answered.' },
);
export type StoredMessage = Static<typeof StoredMessage>;

/** `GET /v1/chat/completions/{id}/messages`. */
export const StoredMessageList = Type.Object({ ...pageFields, data: Type.Array(StoredMessage) }, closed);
export type StoredMessageList = Static<typeof StoredMessageList>;

/** Body of `POST /v1/chat/completions/{id}`. */
export const StoredUpdateRequest = Type.Object(
  {
    metadata: Type.Union([Metadata, Type.Null()], {
      description: 'Replaces what was there; null and {} leave nothing.',
    }),
  },
  { description: 'What is to change of a stored completion.' },
);
export type StoredUpdateRequest = Static<typeof StoredUpdateRequest>;

/** `DELETE /v1/chat/completions/{id}`. */
export const StoredDeletion = Type.Object(
  { object: Type.Literal('chat.completion.deleted'), id: Type.String(), deleted: Type.Literal(true) },
  closed,
);
export type StoredDeletion = Static<typeof StoredDeletion>;

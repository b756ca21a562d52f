import Type, { type Static } from 'typebox';
import {
  answerFields,
  Count,
  choiceFields,
  closed,
  FinishReason,
  nullable,
  Usage,
} from './response-fields.ts';

const FunctionCall = Type.Object({ name: Type.String(), arguments: Type.String() }, closed);

export const ResponseToolCall = Type.Union([
  Type.Object({ id: Type.String(), type: Type.Literal('function'), function: FunctionCall }, closed),
  Type.Object(
    {
      id: Type.String(),
      type: Type.Literal('custom'),
      custom: Type.Object({ name: Type.String(), input: Type.String() }, closed),
    },
    closed,
  ),
]);
export type ResponseToolCall = Static<typeof ResponseToolCall>;

export const ToolCallDelta = Type.Object(
  {
    index: Count,
    id: Type.Optional(Type.String()),
    type: Type.Optional(Type.Enum(['function', 'custom'])),
    function: Type.Optional(
      Type.Object({ name: Type.Optional(Type.String()), arguments: Type.Optional(Type.String()) }, closed),
    ),
    custom: Type.Optional(
      Type.Object({ name: Type.Optional(Type.String()), input: Type.Optional(Type.String()) }, closed),
    ),
  },
  closed,
);
export type ToolCallDelta = Static<typeof ToolCallDelta>;

const messageFields = {
  reasoning: Type.Optional(nullable(Type.String())),
  reasoning_content: Type.Optional(nullable(Type.String())),
};

export const ResponseMessage = Type.Object(
  {
    role: Type.Literal('assistant'),
    content: nullable(Type.String()),
    refusal: nullable(Type.String()),
    tool_calls: Type.Optional(Type.Array(ResponseToolCall, { minItems: 1 })),
    function_call: Type.Optional(FunctionCall),
    annotations: Type.Optional(Type.Array(Type.Unknown())),
    ...messageFields,
  },
  closed,
);
export type ResponseMessage = Static<typeof ResponseMessage>;

export const ChatCompletion = Type.Object(
  {
    object: Type.Literal('chat.completion'),
    choices: Type.Array(
      Type.Object({ ...choiceFields, message: ResponseMessage, finish_reason: FinishReason }, closed),
      { minItems: 1 },
    ),
    usage: Usage,
    ...answerFields,
  },
  closed,
);
export type ChatCompletion = Static<typeof ChatCompletion>;

export const Delta = Type.Object(
  {
    role: Type.Optional(Type.Literal('assistant')),
    content: Type.Optional(nullable(Type.String())),
    refusal: Type.Optional(nullable(Type.String())),
    tool_calls: Type.Optional(Type.Array(ToolCallDelta)),
    function_call: Type.Optional(
      Type.Object({ name: Type.Optional(Type.String()), arguments: Type.Optional(Type.String()) }, closed),
    ),
    ...messageFields,
  },
  closed,
);
export type Delta = Static<typeof Delta>;

export const ChatCompletionChunk = Type.Object(
  {
    object: Type.Literal('chat.completion.chunk'),
    choices: Type.Array(
      Type.Object({ ...choiceFields, delta: Delta, finish_reason: nullable(FinishReason) }, closed),
    ),
    usage: Type.Optional(nullable(Usage)),
    obfuscation: Type.Optional(Type.String()),
    ...answerFields,
  },
  closed,
);
export type ChatCompletionChunk = Static<typeof ChatCompletionChunk>;

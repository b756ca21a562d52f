import Type, { type Static } from 'typebox';
import {
  answerExtensions,
  answerFields,
  chatChoiceExtensions,
  FinishReason,
  reasoningExtensions,
} from './answer.ts';
import { shapeCheck } from './check.ts';
import { Logprobs } from './logprobs.ts';
import { closed, nullable, optional, Text, Whole } from './schema.ts';
import { Usage } from './usage.ts';

const FunctionCall = closed({ name: Text, arguments: Text });

export const ToolCall = Type.Union([
  closed({ id: Type.String({ minLength: 1 }), type: Type.Literal('function'), function: FunctionCall }),
  closed({
    id: Type.String({ minLength: 1 }),
    type: Type.Literal('custom'),
    custom: closed({ name: Text, input: Text }),
  }),
]);
export type ToolCall = Static<typeof ToolCall>;

const Message = closed(
  {
    role: Type.Literal('assistant'),
    content: nullable(Text),
    refusal: nullable(Text),
    tool_calls: optional(Type.Array(ToolCall, { minItems: 1 })),
    function_call: optional(FunctionCall),
    annotations: optional(Type.Array(Type.Unknown())),
  },
  reasoningExtensions,
);

/** `CreateChatCompletionResponse`. */
export const ChatCompletion = closed(
  {
    ...answerFields,
    object: Type.Literal('chat.completion'),
    choices: Type.Array(
      closed(
        { index: Whole, message: Message, finish_reason: FinishReason, logprobs: nullable(Logprobs) },
        chatChoiceExtensions,
      ),
      { minItems: 1 },
    ),
    usage: Usage,
  },
  answerExtensions,
);
export type ChatCompletion = Static<typeof ChatCompletion>;
export const checkChatCompletion: (value: unknown) => asserts value is ChatCompletion = shapeCheck(
  'chat.completion',
  ChatCompletion,
);

const FunctionDelta = closed({ name: optional(Text), arguments: optional(Text) });

const ToolCallDelta = closed(
  {
    index: Whole,
    id: optional(Type.String({ minLength: 1 })),
    // Published is `function` alone; a custom tool cannot be streamed without the other word.
    type: optional(Type.Enum(['function', 'custom'])),
    function: optional(FunctionDelta),
  },
  { custom: optional(closed({ name: optional(Text), input: optional(Text) })) },
);
export type ToolCallDelta = Static<typeof ToolCallDelta>;

const Delta = closed(
  {
    role: optional(Type.Literal('assistant')),
    content: optional(nullable(Text)),
    refusal: optional(nullable(Text)),
    tool_calls: optional(Type.Array(ToolCallDelta)),
    function_call: optional(FunctionDelta),
  },
  reasoningExtensions,
);

/** `CreateChatCompletionStreamResponse`. */
export const ChatCompletionChunk = closed(
  {
    ...answerFields,
    object: Type.Literal('chat.completion.chunk'),
    choices: Type.Array(
      closed(
        {
          index: Whole,
          delta: Delta,
          finish_reason: nullable(FinishReason),
          logprobs: optional(nullable(Logprobs)),
        },
        chatChoiceExtensions,
      ),
    ),
    usage: optional(nullable(Usage)),
    obfuscation: optional(Text),
  },
  answerExtensions,
);
export type ChatCompletionChunk = Static<typeof ChatCompletionChunk>;
export const checkChatCompletionChunk: (value: unknown) => asserts value is ChatCompletionChunk = shapeCheck(
  'chat.completion.chunk',
  ChatCompletionChunk,
);

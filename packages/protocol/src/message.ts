import Type, { type Static } from 'typebox';
import { Content } from './content.ts';
import { JsonObject, optional } from './parameter.ts';
import { KNOWN_ROLES } from './roles.ts';
import { FunctionCall, FunctionTool, ToolCall } from './tools.ts';

const author = () => optional(Type.String(), 'Tells participants of one role apart.');

export const DeveloperMessage = Type.Object(
  { role: Type.Literal('developer'), content: Content, name: author() },
  { description: 'Instructions that stand above the user; templates without this role see `system`.' },
);

export const SystemMessage = Type.Object(
  { role: Type.Literal('system'), content: Content, name: author() },
  { description: 'Instructions that stand above the user.' },
);

export const UserMessage = Type.Object(
  { role: Type.Literal('user'), content: Content, name: author() },
  { description: 'What the user said.' },
);

export const AssistantMessage = Type.Object(
  {
    role: Type.Literal('assistant'),
    content: optional(Content, 'What the model said; null or absent beside tool calls.'),
    name: author(),
    refusal: optional(Type.String(), 'What the model said in place of an answer.'),
    reasoning: optional(Type.String(), 'Chain of thought of that turn, for templates that keep it.'),
    reasoning_content: optional(Type.String(), 'Another name for `reasoning`.'),
    tool_calls: optional(Type.Array(ToolCall), 'The calls that the model made.'),
    function_call: optional(FunctionCall, 'The call that the model made; the older form.', {
      deprecated: true,
    }),
    audio: optional(Type.Object({ id: Type.String() }), 'An earlier audio answer.'),
  },
  { description: 'What the model answered.' },
);

export const ToolMessage = Type.Object(
  {
    role: Type.Literal('tool'),
    content: Content,
    tool_call_id: Type.String({ description: 'The call that this answers.' }),
    name: author(),
  },
  { description: 'The result of a tool call.' },
);

export const FunctionMessage = Type.Object(
  {
    role: Type.Literal('function'),
    name: Type.String({ description: 'Name of the called function.' }),
    content: Type.Union([Content, Type.Null()]),
  },
  { description: 'The result of a function call; the older form.', deprecated: true },
);

export const CustomMessage = Type.Object(
  {
    role: Type.String({ minLength: 1, pattern: `^(?!(?:${KNOWN_ROLES.join('|')})$)` }),
    content: optional(Content, 'What was said.'),
    name: author(),
    reasoning: optional(Type.String(), 'Chain of thought of that turn.'),
    tool_call_id: optional(Type.String(), 'The call that this answers.'),
    tool_calls: optional(Type.Array(ToolCall), 'The calls that were made.'),
    tools: optional(Type.Array(FunctionTool), 'Tools that are declared from here on.'),
  },
  { description: 'A role that only the chat template of the model knows.' },
);

export const HarmonyMessage = Type.Object(
  {
    role: Type.Optional(Type.Never()),
    author: Type.Object({
      role: Type.Enum(['user', 'assistant', 'system', 'developer', 'tool']),
      name: optional(Type.String(), 'For example the name of the tool.'),
    }),
    channel: optional(Type.String(), 'For example `analysis`, `commentary` or `final`.'),
    content: optional(
      Type.Union([Type.String(), Type.Array(JsonObject)]),
      'Text, or parts in the form of the Harmony format.',
    ),
    content_type: optional(Type.String(), 'For example `<|constrain|>json`.'),
    recipient: optional(Type.String(), 'Who is addressed, for example a tool.'),
  },
  { description: 'A message in the Harmony form, with `author` in place of `role`.' },
);

export const Message = Type.Union(
  [
    DeveloperMessage,
    SystemMessage,
    UserMessage,
    AssistantMessage,
    ToolMessage,
    FunctionMessage,
    CustomMessage,
    HarmonyMessage,
  ],
  { description: 'One turn of the conversation.' },
);
export type DeveloperMessage = Static<typeof DeveloperMessage>;
export type SystemMessage = Static<typeof SystemMessage>;
export type UserMessage = Static<typeof UserMessage>;
export type AssistantMessage = Static<typeof AssistantMessage>;
export type ToolMessage = Static<typeof ToolMessage>;
export type FunctionMessage = Static<typeof FunctionMessage>;
export type CustomMessage = Static<typeof CustomMessage>;
export type HarmonyMessage = Static<typeof HarmonyMessage>;
export type Message = Static<typeof Message>;

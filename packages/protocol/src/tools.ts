import Type, { type Static } from 'typebox';
import { JsonObject, optional } from './parameter.ts';

const name = (of: string) => Type.String({ minLength: 1, maxLength: 256, description: `Name of the ${of}.` });

export const FunctionDefinition = Type.Object({
  name: name('function'),
  description: optional(Type.String(), 'What the function does and when to call it; shown to the model.'),
  parameters: optional(JsonObject, 'JSON Schema of the arguments. Absent: no arguments.'),
  strict: optional(Type.Boolean(), 'Whether the arguments must follow the schema exactly.', {
    default: false,
  }),
});
export type FunctionDefinition = Static<typeof FunctionDefinition>;

export const FunctionTool = Type.Object({
  type: Type.Optional(Type.Literal('function')),
  function: FunctionDefinition,
});
export type FunctionTool = Static<typeof FunctionTool>;

export const CustomToolFormat = Type.Union(
  [
    Type.Object({ type: Type.Literal('text') }),
    Type.Object({
      type: Type.Literal('grammar'),
      grammar: Type.Object({ definition: Type.String(), syntax: Type.Enum(['lark', 'regex']) }),
    }),
  ],
  { description: 'What the input of the tool looks like.' },
);

export const CustomTool = Type.Object({
  type: Type.Literal('custom'),
  custom: Type.Object({
    name: name('tool'),
    description: optional(Type.String(), 'What the tool does; shown to the model.'),
    format: optional(CustomToolFormat, 'Format of the input; free text by default.'),
  }),
});
export type CustomTool = Static<typeof CustomTool>;

export const Tool = Type.Union([FunctionTool, CustomTool], { description: 'What the model may call.' });
export type Tool = Static<typeof Tool>;

export const NamedFunctionChoice = Type.Object({
  type: Type.Optional(Type.Literal('function')),
  function: Type.Object({ name: name('function') }),
});

export const NamedCustomChoice = Type.Object({
  type: Type.Literal('custom'),
  custom: Type.Object({ name: name('tool') }),
});

export const AllowedToolsChoice = Type.Object({
  type: Type.Literal('allowed_tools'),
  allowed_tools: Type.Object({
    mode: Type.Enum(['auto', 'required'], { description: 'Whether one of them must be called.' }),
    tools: Type.Array(Type.Union([NamedFunctionChoice, NamedCustomChoice]), { minItems: 1 }),
  }),
});

export const ToolChoice = Type.Union([
  Type.Enum(['none', 'auto', 'required', 'any']),
  NamedFunctionChoice,
  NamedCustomChoice,
  AllowedToolsChoice,
]);
export type ToolChoice = Static<typeof ToolChoice>;

export const LegacyFunctionChoice = Type.Union([
  Type.Enum(['none', 'auto']),
  Type.Object({ name: name('function') }),
]);
export type LegacyFunctionChoice = Static<typeof LegacyFunctionChoice>;

export const FunctionCall = Type.Object({
  name: Type.String({ description: 'Name of the called function.' }),
  arguments: Type.String({ description: 'JSON text of the arguments.' }),
});
export type FunctionCall = Static<typeof FunctionCall>;

export const FunctionToolCall = Type.Object({
  id: Type.String({ description: 'Unique id; the answer to the call names it.' }),
  type: Type.Optional(Type.Literal('function')),
  function: FunctionCall,
});

export const CustomToolCall = Type.Object({
  id: Type.String({ description: 'Unique id; the answer to the call names it.' }),
  type: Type.Literal('custom'),
  custom: Type.Object({ name: Type.String(), input: Type.String() }),
});

export const ToolCall = Type.Union([FunctionToolCall, CustomToolCall]);
export type ToolCall = Static<typeof ToolCall>;

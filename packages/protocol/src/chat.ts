import Type, { type Static } from 'typebox';
import { CallParameters } from './call.ts';
import { Message } from './message.ts';
import { JsonObject, map, NonEmptyString, optional } from './parameter.ts';
import { LengthParameters, SamplingParameters } from './sampling.ts';
import { Metadata } from './stored-metadata.ts';
import { FunctionDefinition, LegacyFunctionChoice, Tool, ToolChoice } from './tools.ts';

const ReasoningEffort = Type.Enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh']);

const TextParts = Type.Array(Type.Object({ type: Type.Literal('text'), text: Type.String() }));

const TokenParameters = {
  max_completion_tokens: optional(
    Type.Integer({ minimum: 1 }),
    'Most tokens of an answer, reasoning included. Prompt and answer together fit into the context.',
  ),
  min_completion_tokens: optional(
    Type.Integer({ minimum: 0 }),
    'The answer cannot end before this many tokens.',
    { default: 0 },
  ),
  logprobs: optional(
    Type.Boolean(),
    'Whether the answer carries the log probability of each of its tokens.',
    {
      default: false,
    },
  ),
  top_logprobs: optional(
    Type.Integer({ minimum: 0, maximum: 20 }),
    'How many of the most probable tokens to list at each position; only with `logprobs: true`.',
    { default: 0 },
  ),
};

const ToolParameters = {
  tools: optional(Type.Array(Tool), 'What the model may call.'),
  tool_choice: optional(
    ToolChoice,
    'Whether and what the model calls: `none`, `auto`, `required` (also written `any`), one tool by name, or a ' +
      'choice among `allowed_tools`. Default: `auto` with tools, `none` without.',
  ),
  parallel_tool_calls: optional(Type.Boolean(), 'Whether one answer may hold several calls.', {
    default: true,
  }),
  functions: optional(Type.Array(FunctionDefinition), 'The older form of `tools`.', { deprecated: true }),
  function_call: optional(LegacyFunctionChoice, 'The older form of `tool_choice`.', { deprecated: true }),
};

const ReasoningParameters = {
  reasoning_effort: optional(
    ReasoningEffort,
    'How much the model thinks before it answers; `none`: not at all.',
  ),
  reasoning_format: optional(
    Type.Enum(['none', 'parsed', 'text_parsed', 'raw', 'hidden']),
    'Where the reasoning goes: `parsed` and `text_parsed` into fields of its own, `raw` into the content with its ' +
      'marks, `hidden` nowhere, `none` as the model does by default.',
  ),
  include_reasoning: optional(Type.Boolean(), 'Whether the answer carries the reasoning.', { default: true }),
  disable_reasoning: optional(Type.Boolean(), 'Whether the model answers without reasoning.', {
    default: false,
  }),
  clear_thinking: optional(
    Type.Boolean(),
    'Whether the reasoning of earlier turns is left out of the prompt.',
  ),
};

const TemplateParameters = {
  add_generation_prompt: optional(
    Type.Boolean(),
    "Whether the prompt ends with the opening of the assistant's turn; not with `continue_final_message`.",
    { default: true },
  ),
  continue_final_message: optional(
    Type.Boolean(),
    'Whether the last message is left open and the answer continues it; not with `add_generation_prompt`.',
    { default: false },
  ),
  echo: optional(
    Type.Boolean(),
    "Whether the answer begins with the last message, if that has the answer's role.",
    { default: false },
  ),
  chat_template: optional(Type.String(), "Jinja template in place of the model's own."),
  chat_template_kwargs: optional(JsonObject, 'Variables for the chat template.'),
  documents: optional(
    Type.Array(map(Type.String())),
    'Texts for the chat template to refer to, each with `title` and `text`.',
  ),
  mm_processor_kwargs: optional(JsonObject, 'Options for the processing of images, audio and video.'),
};

const OpenAiParameters = {
  store: optional(
    Type.Boolean(),
    'Whether the server keeps the conversation and the answer for later retrieval.',
    {
      default: false,
    },
  ),
  metadata: optional(
    Metadata,
    'Up to 16 pairs of strings that are kept with the answer: keys to 64, values to 512 characters; only with ' +
      '`store: true`.',
  ),
  safety_identifier: optional(
    Type.String(),
    "Stable id of the caller's end user, for the detection of abuse.",
  ),
  prompt_cache_key: optional(Type.String(), 'Calls with the same key are likely to begin alike.'),
  prompt_cache_retention: optional(
    Type.Enum(['in-memory', 'in_memory', '24h']),
    'How long a prompt stays cached.',
  ),
  verbosity: optional(Type.Enum(['low', 'medium', 'high']), 'How long-winded the answer is.', {
    default: 'medium',
  }),
  modalities: optional(Type.Array(Type.Enum(['text', 'audio']), { minItems: 1 }), 'Kinds of answer.', {
    default: ['text'],
  }),
  audio: optional(
    Type.Object({
      voice: Type.Union([NonEmptyString, Type.Object({ id: NonEmptyString })]),
      format: Type.Enum(['wav', 'aac', 'mp3', 'flac', 'opus', 'pcm16']),
    }),
    'Voice and format of a spoken answer.',
  ),
  prediction: optional(
    Type.Object({ type: Type.Literal('content'), content: Type.Union([Type.String(), TextParts]) }),
    'Text that the answer is expected to repeat for the most part; it speeds up the answer.',
  ),
  web_search_options: optional(
    Type.Object({
      search_context_size: optional(
        Type.Enum(['low', 'medium', 'high']),
        'How much of the results the model sees.',
        {
          default: 'medium',
        },
      ),
      user_location: optional(
        Type.Object({ type: Type.Literal('approximate'), approximate: JsonObject }),
        'Where the search is made from.',
      ),
    }),
    'Lets the model search the web.',
  ),
  moderation: optional(JsonObject, 'Moderation of the prompt and of the answer.'),
  model_parameters: optional(JsonObject, 'Options that only one model knows.'),
};

/** Body of `POST /v1/chat/completions`: the union of what OpenAI, Cerebras, vLLM and Atoma document. */
export const ChatCompletionRequest = Type.Object(
  {
    messages: Type.Array(Message, { minItems: 1, description: 'The conversation so far, oldest first.' }),
    ...CallParameters,
    ...SamplingParameters,
    ...LengthParameters,
    ...TokenParameters,
    ...ToolParameters,
    ...ReasoningParameters,
    ...TemplateParameters,
    ...OpenAiParameters,
  },
  { description: 'A conversation to be continued.' },
);
export type ChatCompletionRequest = Static<typeof ChatCompletionRequest>;

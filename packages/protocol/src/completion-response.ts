import Type, { type Static } from 'typebox';
import {
  answerFields,
  Count,
  closed,
  FinishReason,
  nullable,
  PromptLogprobs,
  Usage,
} from './response-fields.ts';

/** Parallel arrays, an entry a token. `text_offset` counts UTF-16 code units from the start of the text. */
export const CompletionLogprobs = Type.Object(
  {
    tokens: Type.Array(Type.String()),
    token_logprobs: Type.Array(nullable(Type.Number({ maximum: 0 }))),
    top_logprobs: nullable(Type.Array(nullable(Type.Record(Type.String(), Type.Number({ maximum: 0 }))))),
    text_offset: Type.Array(Count),
  },
  closed,
);
export type CompletionLogprobs = Static<typeof CompletionLogprobs>;

const choiceFields = {
  index: Count,
  text: Type.String(),
  logprobs: nullable(CompletionLogprobs),
  stop_reason: Type.Optional(nullable(Type.Union([Type.Integer(), Type.String()]))),
  token_ids: Type.Optional(nullable(Type.Array(Count))),
  prompt_token_ids: Type.Optional(nullable(Type.Array(Count))),
  prompt_logprobs: Type.Optional(nullable(PromptLogprobs)),
};

/** Answer of `POST /v1/completions`. */
export const Completion = Type.Object(
  {
    object: Type.Literal('text_completion'),
    choices: Type.Array(Type.Object({ ...choiceFields, finish_reason: FinishReason }, closed), {
      minItems: 1,
    }),
    usage: Usage,
    ...answerFields,
  },
  closed,
);
export type Completion = Static<typeof Completion>;

export const CompletionChunk = Type.Object(
  {
    object: Type.Literal('text_completion'),
    choices: Type.Array(Type.Object({ ...choiceFields, finish_reason: nullable(FinishReason) }, closed)),
    usage: Type.Optional(nullable(Usage)),
    obfuscation: Type.Optional(Type.String()),
    ...answerFields,
  },
  closed,
);
export type CompletionChunk = Static<typeof CompletionChunk>;

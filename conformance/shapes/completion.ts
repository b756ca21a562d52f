import Type, { type Static } from 'typebox';
import { answerExtensions, answerFields, CompletionFinishReason, choiceExtensions } from './answer.ts';
import { shapeCheck } from './check.ts';
import { CompletionLogprobs, PromptLogprobs } from './logprobs.ts';
import { closed, nullable, optional, Text, Whole } from './schema.ts';
import { Usage } from './usage.ts';

const choice = { index: Whole, text: Text, logprobs: nullable(CompletionLogprobs) };
/** Each choice may answer a prompt of its own. */
const extensions = {
  ...choiceExtensions,
  prompt_token_ids: optional(nullable(Type.Array(Whole))),
  prompt_logprobs: optional(nullable(PromptLogprobs)),
};

/** `CreateCompletionResponse`. */
export const Completion = closed(
  {
    ...answerFields,
    object: Type.Literal('text_completion'),
    choices: Type.Array(closed({ ...choice, finish_reason: CompletionFinishReason }, extensions), {
      minItems: 1,
    }),
    usage: Usage,
  },
  answerExtensions,
);
export type Completion = Static<typeof Completion>;
export const checkCompletion: (value: unknown) => asserts value is Completion = shapeCheck(
  'text_completion',
  Completion,
);

/** Chunks of the older completions have the same name and the same fields; only the last of a choice says why it ended. */
export const CompletionChunk = closed(
  {
    ...answerFields,
    object: Type.Literal('text_completion'),
    choices: Type.Array(closed({ ...choice, finish_reason: nullable(CompletionFinishReason) }, extensions)),
    usage: optional(nullable(Usage)),
    obfuscation: optional(Text),
  },
  answerExtensions,
);
export type CompletionChunk = Static<typeof CompletionChunk>;
export const checkCompletionChunk: (value: unknown) => asserts value is CompletionChunk = shapeCheck(
  'text_completion chunk',
  CompletionChunk,
);

import Type, { type Static } from 'typebox';
import { CallParameters } from './call.ts';
import { optional, TokenId } from './parameter.ts';
import { LengthParameters, SamplingParameters } from './sampling.ts';

export const Prompt = Type.Union([
  Type.String(),
  Type.Array(Type.String(), { minItems: 1 }),
  Type.Array(TokenId, { minItems: 1 }),
  Type.Array(Type.Array(TokenId, { minItems: 1 }), { minItems: 1 }),
]);
export type Prompt = Static<typeof Prompt>;

/** Body of `POST /v1/completions`. */
export const CompletionRequest = Type.Object(
  {
    prompt: Type.Union(Prompt.anyOf, {
      description: 'Text or token ids to be continued, or a list of either: then there are choices for each.',
    }),
    suffix: optional(Type.String(), 'Text that comes after the answer.'),
    best_of: optional(
      Type.Integer({ minimum: 1, maximum: 128 }),
      'How many answers to generate, of which the `n` most probable are returned.',
    ),
    echo: optional(Type.Boolean(), 'Whether the answer begins with the prompt.', { default: false }),
    logprobs: optional(
      Type.Integer({ minimum: 0, maximum: 5 }),
      'Log probabilities of the tokens: how many candidates to list at each position.',
    ),
    ...CallParameters,
    ...SamplingParameters,
    ...LengthParameters,
    max_tokens: optional(
      Type.Integer({ minimum: 0 }),
      'Most tokens of an answer. With 0 the prompt is only read: with `echo` and `logprobs` it is scored.',
      { default: 16 },
    ),
  },
  { description: 'Text or tokens to be continued.' },
);
export type CompletionRequest = Static<typeof CompletionRequest>;

import Type from 'typebox';
import { JsonObject, map, NonEmptyString, optional, TokenId } from './parameter.ts';

/** Largest `n`: each choice holds a sequence of its own. */
const MAX_CHOICES = 128;
/** Every token of an answer is compared with all `bad_words`: more text than this would keep other calls waiting. */
const MAX_BAD_WORDS = 1_000;
const MAX_BAD_WORD_LENGTH = 256;
/** Largest int64, as JSON numbers round it. */
const INT64 = 9223372036854776000;

/** Which token comes next: shared by chat and by the legacy completions. */
export const SamplingParameters = {
  temperature: optional(
    Type.Number({ minimum: 0, maximum: 2 }),
    'Divides the logits before a token is drawn. 0 takes the most probable token each time.',
    { default: 1 },
  ),
  top_p: optional(
    Type.Number({ exclusiveMinimum: 0, maximum: 1 }),
    'Nucleus sampling: only the most probable tokens whose probabilities add up to this are drawn from. 1 = off.',
    { default: 1 },
  ),
  top_k: optional(
    Type.Integer({ minimum: -1 }),
    'Only this many of the most probable tokens are drawn from. 0 and -1 = off.',
    { default: 0 },
  ),
  min_p: optional(
    Type.Number({ minimum: 0, maximum: 1 }),
    'Tokens less probable than this fraction of the most probable one are never drawn. 0 = off.',
    { default: 0 },
  ),
  seed: optional(
    Type.Union([Type.Integer(), Type.String({ pattern: '^-?[0-9]{1,40}$' })]),
    'Start value of the random numbers: the same request with the same seed gives the same text. ' +
      'Any integer, taken modulo 2^64. Integers beyond 2^53 lose digits in JSON: send them as a decimal string.',
  ),
  frequency_penalty: optional(
    Type.Number({ minimum: -2, maximum: 2 }),
    "Taken from a token's logit for each time that the token stands in the answer so far.",
    { default: 0 },
  ),
  presence_penalty: optional(
    Type.Number({ minimum: -2, maximum: 2 }),
    "Taken once from a token's logit when the token stands in the answer so far.",
    { default: 0 },
  ),
  repetition_penalty: optional(
    Type.Number({ exclusiveMinimum: 0 }),
    'Tokens of the prompt and of the answer so far: positive logits are divided by this, negative ones multiplied. 1 = off.',
    { default: 1 },
  ),
  logit_bias: optional(
    map(Type.Number({ minimum: -100, maximum: 100 }), { pattern: '^[0-9]{1,10}$' }),
    'Map from token id, as a decimal string, to what is added to its logit. -100 bans the token, 100 forces it.',
  ),
  allowed_token_ids: optional(
    Type.Array(TokenId, { minItems: 1 }),
    'Ids of the only tokens that may be drawn.',
  ),
  bad_words: optional(
    Type.Array(Type.String({ minLength: 1, maxLength: MAX_BAD_WORD_LENGTH }), { maxItems: MAX_BAD_WORDS }),
    'Strings that the answer must not contain, however its text is cut into tokens. Upper and lower case differ.',
  ),
  use_beam_search: optional(
    Type.Boolean(),
    'Search for the most probable answers as a whole instead of drawing token by token; `n` beams side by side, the best first.',
    { default: false },
  ),
  length_penalty: optional(
    Type.Number(),
    'Exponent of the length by which the score of a beam is divided: above 1 favours long answers. Only with `use_beam_search: true`.',
    { default: 1 },
  ),
  logits_processors: optional(
    Type.Array(
      Type.Union([
        NonEmptyString,
        Type.Object({
          qualname: Type.String({ minLength: 1, description: 'Qualified name of the processor.' }),
          args: optional(Type.Array(Type.Unknown()), 'Positional arguments.'),
          kwargs: optional(JsonObject, 'Named arguments.'),
        }),
      ]),
    ),
    'Functions of the server that change the logits, by qualified name.',
  ),
};

/** When an answer ends and what its text shows. */
export const LengthParameters = {
  n: optional(
    Type.Integer({ minimum: 1, maximum: MAX_CHOICES }),
    'How many answers to generate. The prompt is computed once.',
    { default: 1 },
  ),
  max_tokens: optional(
    Type.Integer({ minimum: 1 }),
    'Most tokens of an answer. The older name of `max_completion_tokens`, which wins when both are given.',
    { deprecated: true },
  ),
  min_tokens: optional(
    Type.Integer({ minimum: 0 }),
    'The answer cannot end before this many tokens. `min_completion_tokens` wins when both are given.',
    { default: 0 },
  ),
  stop: optional(
    Type.Union([NonEmptyString, Type.Array(NonEmptyString, { minItems: 1, maxItems: 4 })]),
    'Up to 4 strings that end the answer. The answer does not contain them.',
  ),
  stop_token_ids: optional(Type.Array(TokenId), 'Ids of tokens that end the answer.'),
  include_stop_str_in_output: optional(
    Type.Boolean(),
    'Whether the answer keeps the stop string that ended it.',
    {
      default: false,
    },
  ),
  ignore_eos: optional(Type.Boolean(), 'Whether generation goes on after the end-of-text token.', {
    default: false,
  }),
  skip_special_tokens: optional(Type.Boolean(), 'Whether control tokens are left out of the text.', {
    default: true,
  }),
  spaces_between_special_tokens: optional(
    Type.Boolean(),
    'Whether control tokens that are shown are set apart by spaces.',
    { default: true },
  ),
  truncate_prompt_tokens: optional(
    Type.Integer({ minimum: -1, maximum: INT64 }),
    'Keeps only the last this many tokens of the prompt. -1: as many as the context holds beside the answer.',
  ),
  prompt_logprobs: optional(
    Type.Integer({ minimum: 0, maximum: 20 }),
    'Log probabilities of the prompt: how many candidates to list at each position.',
  ),
  return_token_ids: optional(
    Type.Boolean(),
    'Whether the answer carries `prompt_token_ids` (in a stream in the first chunk only) and `token_ids`.',
    { default: false },
  ),
  return_tokens_as_token_ids: optional(
    Type.Boolean(),
    'Whether tokens in log probabilities are written as `token_id:N`.',
    { default: false },
  ),
};

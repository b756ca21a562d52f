import Type, { type Static } from 'typebox';
import { closed, nullable, optional, Text, Whole } from './schema.ts';

const Logprob = Type.Number({ maximum: 0 });
const Bytes = nullable(Type.Array(Type.Integer({ minimum: 0, maximum: 255 })));
const scored = { token: Text, logprob: Logprob, bytes: Bytes };

/** `ChatCompletionTokenLogprob`. */
export const TokenLogprob = closed({ ...scored, top_logprobs: Type.Array(closed(scored)) });
export type TokenLogprob = Static<typeof TokenLogprob>;

export const Logprobs = closed({
  content: nullable(Type.Array(TokenLogprob)),
  refusal: nullable(Type.Array(TokenLogprob)),
});
export type Logprobs = Static<typeof Logprobs>;

/** Of the older completions. The first token of an echoed prompt has no probability: null, as OpenAI's server answers. */
export const CompletionLogprobs = closed({
  tokens: Type.Array(Text),
  token_logprobs: Type.Array(nullable(Logprob)),
  top_logprobs: nullable(Type.Array(nullable(Type.Record(Type.String(), Logprob)))),
  text_offset: Type.Array(Whole),
});

const Candidate = closed({
  logprob: Logprob,
  rank: optional(nullable(Type.Integer({ minimum: 1 }))),
  decoded_token: optional(nullable(Text)),
});

/** vLLM's `prompt_logprobs`: for each position candidates by token id, null for the first. */
export const PromptLogprobs = Type.Array(
  nullable(Type.Record(Type.String({ pattern: '^[0-9]+$' }), Candidate)),
);
export type PromptLogprobs = Static<typeof PromptLogprobs>;

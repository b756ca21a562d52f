import Type, { type Static } from 'typebox';
import { JsonObject, map } from './parameter.ts';

export const closed = { additionalProperties: false } as const;
export const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
export const Count = Type.Integer({ minimum: 0 });
const Seconds = Type.Number({ minimum: 0, description: 'Seconds.' });

export const FinishReason = Type.Enum(['stop', 'length', 'tool_calls', 'content_filter', 'function_call']);
export type FinishReason = Static<typeof FinishReason>;

const tokenFields = {
  token: Type.String(),
  logprob: Type.Number({ maximum: 0, description: 'Natural logarithm; -9999 stands for minus infinity.' }),
  bytes: nullable(Type.Array(Type.Integer({ minimum: 0, maximum: 255 }))),
};

export const TopLogprob = Type.Object(tokenFields, closed);
export type TopLogprob = Static<typeof TopLogprob>;

export const TokenLogprob = Type.Object({ ...tokenFields, top_logprobs: Type.Array(TopLogprob) }, closed);
export type TokenLogprob = Static<typeof TokenLogprob>;

export const Logprobs = Type.Object(
  { content: nullable(Type.Array(TokenLogprob)), refusal: nullable(Type.Array(TokenLogprob)) },
  closed,
);
export type Logprobs = Static<typeof Logprobs>;

export const Usage = Type.Object(
  {
    prompt_tokens: Count,
    completion_tokens: Count,
    total_tokens: Count,
    prompt_tokens_details: Type.Object({ cached_tokens: Count, audio_tokens: Type.Optional(Count) }, closed),
    completion_tokens_details: Type.Optional(
      Type.Object(
        {
          reasoning_tokens: Type.Optional(Count),
          accepted_prediction_tokens: Type.Optional(Count),
          rejected_prediction_tokens: Type.Optional(Count),
          audio_tokens: Type.Optional(Count),
        },
        closed,
      ),
    ),
    image_tokens: Type.Optional(Count),
  },
  closed,
);
export type Usage = Static<typeof Usage>;

export const TimeInfo = Type.Object(
  {
    queue_time: Seconds,
    prompt_time: Seconds,
    completion_time: Seconds,
    total_time: Seconds,
    created: Type.Number({ description: 'Unix time in seconds.' }),
  },
  closed,
);
export type TimeInfo = Static<typeof TimeInfo>;

/** By token id: the actual token and the most probable ones. The first position has none. */
export const PromptLogprobs = Type.Array(
  nullable(
    map(
      Type.Object(
        {
          logprob: Type.Number({ maximum: 0 }),
          rank: Type.Optional(nullable(Type.Integer({ minimum: 1 }))),
          decoded_token: Type.Optional(nullable(Type.String())),
        },
        closed,
      ),
      { pattern: '^[0-9]{1,10}$' },
    ),
  ),
);
export type PromptLogprobs = Static<typeof PromptLogprobs>;

/** A parameter that was not taken literally. */
export const ReportEntry = Type.Object(
  {
    name: Type.String({ description: 'JSON path of the parameter, or the name of the header.' }),
    change: Type.Enum(['ignored', 'clamped', 'emulated', 'translated']),
    detail: Type.String({ description: 'What was done, and why.' }),
    sent: Type.Optional(Type.Unknown({ description: 'What was sent, where it is short.' })),
    used: Type.Optional(Type.Unknown({ description: 'What was used in its place.' })),
  },
  closed,
);
export type ReportEntry = Static<typeof ReportEntry>;

/** What every answer and every chunk of one carries. */
export const answerFields = {
  id: Type.String(),
  created: Type.Integer({ description: 'Unix time in seconds.' }),
  model: Type.String(),
  system_fingerprint: Type.Optional(nullable(Type.String())),
  service_tier: Type.Optional(nullable(Type.String())),
  service_tier_used: Type.Optional(nullable(Type.String())),
  time_info: Type.Optional(TimeInfo),
  kv_transfer_params: Type.Optional(nullable(JsonObject)),
  prompt_token_ids: Type.Optional(nullable(Type.Array(Count))),
  prompt_logprobs: Type.Optional(nullable(PromptLogprobs)),
  parley: Type.Optional(
    Type.Object(
      { parameters: Type.Array(ReportEntry) },
      { ...closed, description: 'When it was asked for.' },
    ),
  ),
};

export const choiceFields = {
  index: Count,
  logprobs: nullable(Logprobs),
  reasoning_logprobs: Type.Optional(nullable(Logprobs)),
  stop_reason: Type.Optional(nullable(Type.Union([Type.Integer(), Type.String()]))),
  token_ids: Type.Optional(nullable(Type.Array(Count))),
};

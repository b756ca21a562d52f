import Type, { type Static } from 'typebox';
import { closed, optional, Whole } from './schema.ts';

/** `CompletionUsage` of OpenAI's description; `cached_tokens` is always told, also when it is 0. */
export const Usage = closed(
  {
    prompt_tokens: Whole,
    completion_tokens: Whole,
    total_tokens: Whole,
    prompt_tokens_details: closed({ cached_tokens: Whole, audio_tokens: optional(Whole) }),
    completion_tokens_details: optional(
      closed({
        reasoning_tokens: optional(Whole),
        accepted_prediction_tokens: optional(Whole),
        rejected_prediction_tokens: optional(Whole),
        audio_tokens: optional(Whole),
      }),
    ),
  },
  // Cerebras.
  { image_tokens: optional(Whole) },
);
export type Usage = Static<typeof Usage>;

const Seconds = Type.Number({ minimum: 0 });

/** Cerebras's timing of a call. */
export const TimeInfo = closed({
  queue_time: Seconds,
  prompt_time: Seconds,
  completion_time: Seconds,
  total_time: Seconds,
  created: Type.Number({ minimum: 1_600_000_000 }),
});

import Type from 'typebox';
import { Logprobs, PromptLogprobs } from './logprobs.ts';
import { closed, nullable, optional, Text, Whole } from './schema.ts';
import { TimeInfo } from './usage.ts';

export const FinishReason = Type.Enum(['stop', 'length', 'tool_calls', 'content_filter', 'function_call']);
export const CompletionFinishReason = Type.Enum(['stop', 'length', 'content_filter']);

/** What every answer and every chunk of one has by OpenAI's description, beside `object` and `choices`. */
export const answerFields = {
  id: Type.String({ minLength: 1 }),
  created: Type.Integer({ minimum: 1_600_000_000 }),
  model: Type.String({ minLength: 1 }),
  system_fingerprint: optional(Text),
  service_tier: optional(nullable(Type.Enum(['auto', 'default', 'flex', 'scale', 'priority', 'fast']))),
};

const Report = closed({
  parameters: Type.Array(
    closed({
      name: Text,
      change: Type.Enum(['ignored', 'clamped', 'emulated', 'translated']),
      detail: Text,
      sent: optional(Type.Unknown()),
      used: optional(Type.Unknown()),
    }),
  ),
});

/** What our answers have beyond OpenAI's description: Cerebras's timing and tier, vLLM's tokens, our report. */
export const answerExtensions = {
  time_info: optional(TimeInfo),
  service_tier_used: optional(nullable(Text)),
  prompt_token_ids: optional(nullable(Type.Array(Whole))),
  prompt_logprobs: optional(nullable(PromptLogprobs)),
  parley: optional(Report),
};

/** What our choices have beyond it: vLLM's stop reason and tokens, Cerebras's log probabilities of the reasoning. */
export const choiceExtensions = {
  stop_reason: optional(nullable(Type.Union([Type.Integer(), Text]))),
  token_ids: optional(nullable(Type.Array(Whole))),
};
export const chatChoiceExtensions = { ...choiceExtensions, reasoning_logprobs: optional(nullable(Logprobs)) };

/** The chain of thought, under the names of Cerebras and of DeepSeek and vLLM. */
export const reasoningExtensions = {
  reasoning: optional(nullable(Text)),
  reasoning_content: optional(nullable(Text)),
};

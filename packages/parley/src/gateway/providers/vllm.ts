import { BOTH_LIMITS, compatible, OPENAI, VLLM } from './families.ts';
import { table } from './table.ts';

/** `ChatCompletionRequest` of vLLM. A `priority` other than 0 needs a server that schedules by it. */
export const vllm = compatible({
  name: 'vllm',
  baseUrl: undefined,
  keyVariable: undefined,
  parameters: table({
    honoured: [
      ...OPENAI.filter(
        (name) => !['service_tier', 'prediction', 'verbosity', 'prompt_cache_retention'].includes(name),
      ),
      ...VLLM,
      ...BOTH_LIMITS,
    ],
    translated: ['min_completion_tokens', 'disable_reasoning'],
  }),
  renames: { min_completion_tokens: 'min_tokens' },
  formats: ['json_object', 'json_schema', 'structural_tag'],
  reasoningSwitch: 'reasoning_effort',
  continuation: 'continue_final_message',
  // "not available when stream=True"; beams come when they are complete.
  wholeOnly: ['prompt_logprobs', 'use_beam_search'],
  prompts: ['text', 'tokens'],
  messages: {
    developer: true,
    reasoning: 'reasoning',
    refusals: true,
    customRoles: true,
    media: ['image-url', 'image-data', 'audio-data', 'audio-url', 'video-url', 'embeddings'],
  },
});

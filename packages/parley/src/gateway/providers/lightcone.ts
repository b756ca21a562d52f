import { compatible, OPENAI, VLLM } from './families.ts';
import { table } from './table.ts';

/** docs.tzafon.ai, `chat/completions`: vLLM's parameters. */
export const lightcone = compatible({
  name: 'lightcone',
  baseUrl: 'https://api.tzafon.ai/v1',
  keyVariable: 'TZAFON_API_KEY',
  parameters: table({
    honoured: [
      ...OPENAI.filter(
        (name) => !['service_tier', 'prediction', 'verbosity', 'prompt_cache_retention'].includes(name),
      ),
      ...VLLM,
      'max_tokens',
      'logits_processors',
    ],
    translated: ['min_completion_tokens', 'disable_reasoning'],
  }),
  marks: ['user'],
  renames: { min_completion_tokens: 'min_tokens' },
  formats: ['json_object', 'json_schema', 'structural_tag'],
  reasoningSwitch: 'reasoning_effort',
  continuation: 'continue_final_message',
  wholeOnly: ['prompt_logprobs', 'use_beam_search'],
  messages: {
    developer: true,
    reasoning: 'reasoning',
    refusals: true,
    customRoles: true,
    media: ['image-url', 'image-data', 'audio-data', 'audio-url', 'video-url', 'embeddings'],
  },
});

import { BOTH_LIMITS, compatible, OPENAI } from './families.ts';
import { table } from './table.ts';

/**
 * openrouter.ai/docs. It routes on to others, who may ignore what they do not know; `provider.require_parameters`, an
 * unknown field of ours that goes through, makes it choose among those who do.
 */
export const openrouter = compatible({
  name: 'openrouter',
  baseUrl: 'https://openrouter.ai/api/v1',
  keyVariable: 'OPENROUTER_API_KEY',
  parameters: table({
    honoured: [
      ...OPENAI.filter((name) => name !== 'n' && name !== 'prompt_cache_retention' && name !== 'verbosity'),
      ...BOTH_LIMITS,
      'top_k',
      'min_p',
      'repetition_penalty',
    ],
    translated: ['disable_reasoning', 'structured_outputs'],
  }),
  marks: ['user', 'prompt_cache_key'],
  streamUsage: 'always',
  reasoningSwitch: 'reasoning_effort',
  prompts: ['text'],
  messages: {
    developer: true,
    reasoning: 'reasoning',
    refusals: true,
    media: ['image-url', 'image-data', 'audio-data', 'video-url', 'file-data'],
  },
});

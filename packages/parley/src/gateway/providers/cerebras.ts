import { compatible, OPENAI } from './families.ts';
import { table } from './table.ts';

/** Chat completions as of the SDK 1.91 and inference-docs.cerebras.ai. */
export const cerebras = compatible({
  name: 'cerebras',
  baseUrl: 'https://api.cerebras.ai/v1',
  keyVariable: 'CEREBRAS_API_KEY',
  parameters: table({
    honoured: [
      ...OPENAI.filter((name) => name !== 'verbosity' && name !== 'prompt_cache_retention'),
      'max_tokens',
      'min_tokens',
      'min_completion_tokens',
      'reasoning_format',
      'disable_reasoning',
      'clear_thinking',
      'model_parameters',
    ],
    translated: ['structured_outputs'],
  }),
  marks: ['user', 'prompt_cache_key'],
  streamUsage: 'always',
  reasoningSwitch: 'reasoning_effort',
  prompts: ['text'],
  messages: { developer: true, reasoning: 'reasoning' },
});

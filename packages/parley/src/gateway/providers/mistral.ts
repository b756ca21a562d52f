import { compatible, PENALTIES, SAMPLING, TOOLS } from './families.ts';
import { table } from './table.ts';

/** docs.mistral.ai/api. It refuses fields that it does not know. */
export const mistral = compatible({
  name: 'mistral',
  baseUrl: 'https://api.mistral.ai/v1',
  keyVariable: 'MISTRAL_API_KEY',
  parameters: table({
    honoured: [...SAMPLING, ...PENALTIES, ...TOOLS, 'max_tokens', 'n', 'response_format', 'prediction'],
    translated: ['max_completion_tokens', 'seed', 'continue_final_message', 'structured_outputs'],
  }),
  renames: { max_completion_tokens: 'max_tokens', seed: 'random_seed' },
  ranges: { temperature: [0, 1.5] },
  streamUsage: 'always',
  continuation: 'continue_final_message',
  messages: {
    names: false,
    toolCallIds: 'nine-alphanumerics',
    prefill: 'prefix',
  },
});

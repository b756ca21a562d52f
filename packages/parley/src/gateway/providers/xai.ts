import { BOTH_LIMITS, compatible, LOGPROBS, PENALTIES, SAMPLING, TOOLS } from './families.ts';
import { table } from './table.ts';

/** docs.x.ai, `chat/completions`: `logit_bias` is "unsupported", log probabilities go to 8. */
export const xai = compatible({
  name: 'xai',
  baseUrl: 'https://api.x.ai/v1',
  keyVariable: 'XAI_API_KEY',
  parameters: table({
    honoured: [
      ...SAMPLING,
      ...PENALTIES,
      ...TOOLS,
      ...LOGPROBS,
      ...BOTH_LIMITS,
      'seed',
      'n',
      'response_format',
      'reasoning_effort',
    ],
    translated: ['structured_outputs'],
  }),
  marks: ['user'],
  ranges: { top_logprobs: [0, 8] },
  streamUsage: 'always',
  messages: { reasoning: 'reasoning_content' },
});

import { BOTH_LIMITS, compatible, LOGPROBS, PENALTIES, SAMPLING, TOOLS } from './families.ts';
import { table } from './table.ts';

/** docs.fireworks.ai, `chat/completions`. */
export const fireworks = compatible({
  name: 'fireworks',
  baseUrl: 'https://api.fireworks.ai/inference/v1',
  keyVariable: 'FIREWORKS_API_KEY',
  parameters: table({
    honoured: [
      ...SAMPLING,
      ...PENALTIES,
      ...TOOLS,
      ...LOGPROBS,
      ...BOTH_LIMITS,
      'seed',
      'n',
      'logit_bias',
      'top_k',
      'min_p',
      'repetition_penalty',
      'ignore_eos',
      'response_format',
      'service_tier',
      'prediction',
      'return_token_ids',
    ],
    translated: ['reasoning_effort', 'disable_reasoning', 'structured_outputs'],
  }),
  marks: ['user', 'prompt_cache_key'],
  words: { reasoning_effort: { minimal: 'low', xhigh: 'high' } },
  ranges: { top_logprobs: [0, 5] },
  reasoningSwitch: 'reasoning_effort',
  prompts: ['text', 'tokens'],
  messages: { reasoning: 'reasoning_content' },
});

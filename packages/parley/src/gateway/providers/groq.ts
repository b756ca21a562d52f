import { BOTH_LIMITS, compatible, SAMPLING, TOOLS } from './families.ts';
import { table } from './table.ts';

/** console.groq.com/docs: penalties, `logit_bias` and log probabilities are "not yet supported by any of our models". */
export const groq = compatible({
  name: 'groq',
  baseUrl: 'https://api.groq.com/openai/v1',
  keyVariable: 'GROQ_API_KEY',
  parameters: table({
    honoured: [
      ...SAMPLING,
      ...TOOLS,
      ...BOTH_LIMITS,
      'seed',
      'response_format',
      'reasoning_effort',
      'include_reasoning',
    ],
    translated: [
      'service_tier',
      'reasoning_format',
      'disable_reasoning',
      'structured_outputs',
      'continue_final_message',
    ],
  }),
  marks: ['user'],
  words: {
    service_tier: { default: 'on_demand', priority: 'performance' },
    reasoning_format: { text_parsed: 'parsed' },
  },
  reasoningSwitch: 'reasoning_effort',
  continuation: 'assistant-prefill',
  messages: { names: false, reasoning: 'reasoning' },
});

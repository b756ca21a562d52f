import { BOTH_LIMITS, compatible, LOGPROBS, PENALTIES, SAMPLING, TOOLS } from './families.ts';
import { table } from './table.ts';

/**
 * Any other server of the OpenAI form: what they have in common. The operator knows more about it than we do, and says
 * so in the exceptions of its target.
 */
export const openaiCompatible = compatible({
  name: 'openai-compatible',
  baseUrl: undefined,
  keyVariable: undefined,
  parameters: table({
    honoured: [
      ...SAMPLING,
      ...PENALTIES,
      ...TOOLS,
      ...LOGPROBS,
      ...BOTH_LIMITS,
      'seed',
      'logit_bias',
      'response_format',
      'reasoning_effort',
    ],
    translated: ['structured_outputs'],
  }),
  marks: ['user'],
  reasoningSwitch: 'reasoning_effort',
  messages: {
    reasoning: 'reasoning_content',
    media: ['image-url', 'image-data', 'audio-data'],
  },
});

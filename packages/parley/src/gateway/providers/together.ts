import { compatible, PENALTIES, SAMPLING, TOOLS } from './families.ts';
import { table } from './table.ts';

/** docs.together.ai, `chat/completions`. Its `logprobs` are a number and come in another form, so they are left out. */
export const together = compatible({
  name: 'together',
  baseUrl: 'https://api.together.xyz/v1',
  keyVariable: 'TOGETHER_API_KEY',
  parameters: table({
    honoured: [
      ...SAMPLING.filter((name) => name !== 'stop'),
      ...PENALTIES,
      ...TOOLS.filter((name) => name !== 'parallel_tool_calls'),
      'max_tokens',
      'seed',
      'n',
      'logit_bias',
      'top_k',
      'min_p',
      'repetition_penalty',
      'response_format',
      'chat_template_kwargs',
      'reasoning_effort',
    ],
    translated: ['stop', 'max_completion_tokens', 'disable_reasoning', 'structured_outputs'],
  }),
  renames: { max_completion_tokens: 'max_tokens' },
  reasoningSwitch: 'reasoning.enabled',
  prompts: ['text'],
  messages: { reasoning: 'reasoning_content' },
});

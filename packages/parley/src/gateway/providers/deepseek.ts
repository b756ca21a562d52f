import { compatible, LOGPROBS, PENALTIES, SAMPLING, TOOLS } from './families.ts';
import { table } from './table.ts';

/** api-docs.deepseek.com: JSON mode without schemas; thinking has a switch of its own beside `reasoning_effort`. */
export const deepseek = compatible({
  name: 'deepseek',
  baseUrl: 'https://api.deepseek.com',
  keyVariable: 'DEEPSEEK_API_KEY',
  parameters: table({
    honoured: [
      ...SAMPLING,
      ...PENALTIES,
      ...LOGPROBS,
      ...TOOLS.filter((name) => name !== 'parallel_tool_calls'),
      'max_tokens',
      'response_format',
    ],
    translated: ['max_completion_tokens', 'reasoning_effort', 'disable_reasoning', 'structured_outputs'],
  }),
  renames: { max_completion_tokens: 'max_tokens' },
  formats: ['json_object'],
  reasoningSwitch: 'thinking',
  messages: { reasoning: 'reasoning_content', media: [] },
});

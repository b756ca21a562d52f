import { compatible, PENALTIES, SAMPLING, TOOLS } from './families.ts';
import { table } from './table.ts';

/**
 * docs/api/openai-compatibility of Ollama: it reads what it lists and ignores all else without a word, so unknown fields
 * are not sent. No `tool_choice`, no `n`, images by content only.
 */
export const ollama = compatible({
  name: 'ollama',
  baseUrl: 'http://127.0.0.1:11434/v1',
  keyVariable: undefined,
  parameters: table({
    honoured: [
      ...SAMPLING,
      ...PENALTIES,
      ...TOOLS.filter((name) => name === 'tools'),
      'max_tokens',
      'seed',
      'response_format',
      'reasoning_effort',
    ],
    translated: ['max_completion_tokens', 'disable_reasoning', 'structured_outputs'],
  }),
  auth: 'none',
  unknownParameters: 'refused',
  renames: { max_completion_tokens: 'max_tokens' },
  reasoningSwitch: 'reasoning_effort',
  prompts: ['text'],
  messages: { reasoning: 'reasoning', media: ['image-data'] },
});

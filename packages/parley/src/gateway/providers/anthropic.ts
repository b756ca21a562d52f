import type { Provider } from '../target.ts';
import { keepingBut, PLAIN_MESSAGES } from './families.ts';
import { table } from './table.ts';

/**
 * The messages API, platform.claude.com/docs. Models since Claude Opus 4.6 refuse `temperature`, `top_p`, `top_k` and
 * prefilled answers: say so for their targets.
 */
export const anthropic: Provider = {
  name: 'anthropic',
  dialect: 'anthropic',
  baseUrl: 'https://api.anthropic.com/v1',
  auth: { header: 'x-api-key', prefix: '' },
  keyVariable: 'ANTHROPIC_API_KEY',
  parameters: table({
    honoured: ['temperature', 'top_p', 'top_k', 'max_tokens', 'tools'],
    translated: [
      'max_completion_tokens',
      'stop',
      'tool_choice',
      'parallel_tool_calls',
      'response_format',
      'structured_outputs',
      'reasoning_effort',
      'disable_reasoning',
    ],
  }),
  unknownParameters: 'refused',
  continuation: 'none',
  streamUsage: 'always',
  kept: keepingBut(['user', 'safety_identifier']),
  renames: { max_completion_tokens: 'max_tokens', stop: 'stop_sequences' },
  words: {},
  ranges: { temperature: [0, 1] },
  formats: ['json_schema'],
  constraints: {},
  reasoningSwitch: 'none',
  wholeOnly: [],
  prompts: [],
  messages: {
    ...PLAIN_MESSAGES,
    names: false,
    media: ['image-url', 'image-data', 'file-data'],
  },
};

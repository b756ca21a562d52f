import type { Provider } from '../target.ts';
import { keepingBut, LOGPROBS, PENALTIES, PLAIN_MESSAGES } from './families.ts';
import { table } from './table.ts';

/** `streamGenerateContent` of the Gemini API, ai.google.dev/api. Everything goes by other names. */
export const gemini: Provider = {
  name: 'gemini',
  dialect: 'gemini',
  baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
  auth: { header: 'x-goog-api-key', prefix: '' },
  keyVariable: 'GEMINI_API_KEY',
  parameters: table({
    honoured: ['temperature', 'tools'],
    translated: [
      ...PENALTIES,
      ...LOGPROBS,
      'top_p',
      'top_k',
      'max_tokens',
      'max_completion_tokens',
      'stop',
      'seed',
      'tool_choice',
      'response_format',
      'structured_outputs',
      'reasoning_effort',
      'disable_reasoning',
      'include_reasoning',
    ],
  }),
  unknownParameters: 'refused',
  continuation: 'none',
  streamUsage: 'always',
  kept: keepingBut(),
  renames: {},
  words: {},
  ranges: {},
  formats: ['json_object', 'json_schema'],
  constraints: {},
  reasoningSwitch: 'none',
  wholeOnly: [],
  prompts: [],
  messages: {
    ...PLAIN_MESSAGES,
    names: false,
    media: ['image-data', 'audio-data', 'file-data'],
  },
};

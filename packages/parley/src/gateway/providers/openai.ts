import { compatible, OPENAI } from './families.ts';
import { table } from './table.ts';

/** The API reference of OpenAI, `chat/completions`. Models that reason refuse some of it: say so for their targets. */
export const openai = compatible({
  name: 'openai',
  baseUrl: 'https://api.openai.com/v1',
  keyVariable: 'OPENAI_API_KEY',
  parameters: table({
    honoured: OPENAI,
    // `max_tokens` is refused by models that reason, its new name by none.
    translated: ['max_tokens', 'structured_outputs', 'disable_reasoning'],
  }),
  marks: ['user', 'safety_identifier', 'prompt_cache_key'],
  renames: { max_tokens: 'max_completion_tokens' },
  reasoningSwitch: 'reasoning_effort',
  prompts: ['text', 'tokens'],
  messages: {
    developer: true,
    refusals: true,
    customTools: true,
    media: ['image-url', 'image-data', 'audio-data', 'file-data', 'file-id'],
  },
});

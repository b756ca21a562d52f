import { compatible, LOGPROBS, PENALTIES, SAMPLING, TOOLS } from './families.ts';
import { table } from './table.ts';

/** tools/server/README.md of llama.cpp: the OpenAI form and the options of its own `/completion`. */
export const llamaCpp = compatible({
  name: 'llama-cpp',
  baseUrl: 'http://127.0.0.1:8080/v1',
  keyVariable: undefined,
  parameters: table({
    honoured: [
      ...SAMPLING,
      ...PENALTIES,
      ...TOOLS,
      ...LOGPROBS,
      'max_tokens',
      'seed',
      'logit_bias',
      'top_k',
      'min_p',
      'ignore_eos',
      'response_format',
      'chat_template_kwargs',
      'reasoning_effort',
    ],
    translated: [
      'max_completion_tokens',
      'repetition_penalty',
      'structured_outputs',
      'reasoning_format',
      'disable_reasoning',
      'continue_final_message',
    ],
  }),
  renames: { max_completion_tokens: 'max_tokens', repetition_penalty: 'repeat_penalty' },
  // Its `none` is our `raw`.
  words: { reasoning_format: { raw: 'none', parsed: 'auto', text_parsed: 'auto' } },
  constraints: { grammar: 'grammar' },
  reasoningSwitch: 'reasoning_effort',
  continuation: 'assistant-prefill',
  prompts: ['text', 'tokens'],
  messages: {
    reasoning: 'reasoning_content',
    media: ['image-url', 'image-data', 'audio-data'],
  },
});

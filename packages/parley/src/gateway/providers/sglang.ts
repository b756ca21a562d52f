import { BOTH_LIMITS, compatible, LOGPROBS, PENALTIES, SAMPLING, TOOLS } from './families.ts';
import { table } from './table.ts';

/** `ChatCompletionRequest` of SGLang. */
export const sglang = compatible({
  name: 'sglang',
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
      'n',
      'logit_bias',
      'top_k',
      'min_p',
      'min_tokens',
      'repetition_penalty',
      'stop_token_ids',
      'ignore_eos',
      'skip_special_tokens',
      'continue_final_message',
      'response_format',
      'reasoning_effort',
      'chat_template_kwargs',
      'cache_salt',
      'priority',
    ],
    translated: [
      'min_completion_tokens',
      'include_stop_str_in_output',
      'structured_outputs',
      'disable_reasoning',
    ],
  }),
  renames: { min_completion_tokens: 'min_tokens', include_stop_str_in_output: 'no_stop_trim' },
  formats: ['json_object', 'json_schema', 'structural_tag'],
  constraints: { regex: 'regex', grammar: 'ebnf' },
  reasoningSwitch: 'reasoning_effort',
  continuation: 'continue_final_message',
  prompts: ['text', 'tokens'],
  messages: {
    developer: true,
    reasoning: 'reasoning_content',
    media: ['image-url', 'image-data', 'audio-url', 'video-url'],
  },
});

import type { MessageRules, ParameterName, Provider } from '../target.ts';
import { MARKS, OURS } from './table.ts';

/** What nearly every server of the OpenAI form takes. */
export const SAMPLING: readonly ParameterName[] = ['temperature', 'top_p', 'stop'];
export const PENALTIES: readonly ParameterName[] = ['frequency_penalty', 'presence_penalty'];
export const TOOLS: readonly ParameterName[] = ['tools', 'tool_choice', 'parallel_tool_calls'];
export const LOGPROBS: readonly ParameterName[] = ['logprobs', 'top_logprobs'];
export const BOTH_LIMITS: readonly ParameterName[] = ['max_tokens', 'max_completion_tokens'];

/** OpenAI's own, as its reference lists them for every model of this endpoint. */
export const OPENAI: readonly ParameterName[] = [
  ...SAMPLING,
  ...PENALTIES,
  ...TOOLS,
  ...LOGPROBS,
  'max_completion_tokens',
  'seed',
  'n',
  'logit_bias',
  'response_format',
  'reasoning_effort',
  'service_tier',
  'prediction',
  'verbosity',
  'prompt_cache_retention',
];

/** Fields of vLLM's request class that OpenAI's lacks. */
export const VLLM: readonly ParameterName[] = [
  'top_k',
  'min_p',
  'repetition_penalty',
  'min_tokens',
  'use_beam_search',
  'length_penalty',
  'stop_token_ids',
  'include_stop_str_in_output',
  'ignore_eos',
  'skip_special_tokens',
  'spaces_between_special_tokens',
  'truncate_prompt_tokens',
  'prompt_logprobs',
  'allowed_token_ids',
  'bad_words',
  'echo',
  'add_generation_prompt',
  'continue_final_message',
  'add_special_tokens',
  'documents',
  'chat_template',
  'chat_template_kwargs',
  'mm_processor_kwargs',
  'structured_outputs',
  'priority',
  'return_tokens_as_token_ids',
  'return_token_ids',
  'cache_salt',
  'vllm_xargs',
  'include_reasoning',
];

/** The messages that OpenAI-compatible servers have in common. */
export const PLAIN_MESSAGES: MessageRules = {
  developer: false,
  names: true,
  reasoning: 'none',
  refusals: false,
  customRoles: false,
  customTools: false,
  toolCallIds: 'any',
  media: ['image-url', 'image-data'],
  prefill: 'none',
};

type Settled = 'name' | 'baseUrl' | 'keyVariable' | 'parameters';

type Given = Pick<Provider, Settled> &
  Partial<Omit<Provider, Settled | 'dialect' | 'messages' | 'kept'>> & {
    readonly messages?: Partial<MessageRules>;
    /** Those of the marks that it has a use for. */
    readonly marks?: readonly ParameterName[];
  };

/** A provider of the OpenAI form: what is not said is the custom. */
export function compatible({ marks, messages, ...given }: Given): Provider {
  return {
    dialect: 'openai',
    auth: { header: 'authorization', prefix: 'Bearer ' },
    unknownParameters: 'honoured',
    continuation: 'none',
    streamUsage: 'include_usage',
    kept: keepingBut(marks),
    renames: {},
    words: {},
    ranges: {},
    formats: ['json_object', 'json_schema'],
    constraints: {},
    reasoningSwitch: 'none',
    wholeOnly: [],
    prompts: [],
    ...given,
    messages: { ...PLAIN_MESSAGES, ...messages },
  };
}

/** What stays here: all that is ours, and the marks but those that are sent. */
export function keepingBut(sent: readonly ParameterName[] = []): readonly ParameterName[] {
  return [...OURS, ...MARKS.filter((name) => !sent.includes(name))];
}

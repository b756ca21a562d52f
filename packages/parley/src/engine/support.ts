import type { ChatCompletionRequest } from '@parley/protocol';
import { unsupportedParameter } from '@parley/protocol/errors';
import type { ParameterSupport, Parameters } from '../core/complete.ts';

/** A parameter that does what its documentation says, or a reason and the values that ask for nothing. */
type Rule = 'honoured' | { readonly reason: string; readonly neutral: (value: unknown) => boolean };

const refused = (reason: string, ...neutral: unknown[]): Rule => ({
  reason,
  neutral: (value) => neutral.includes(value),
});
const refusedUnlessEmpty = (reason: string): Rule => ({
  reason,
  neutral: (value) => typeof value === 'object' && value !== null && Object.keys(value).length === 0,
});

const NO_TOOLS = 'the embedded engine does not call tools yet';
const NO_REASONING = 'the embedded engine does not tell reasoning from the answer yet';
const NO_MEDIA = 'the embedded engine works on text alone';

const RULES: Record<keyof ChatCompletionRequest, Rule> = {
  messages: 'honoured',
  model: 'honoured',
  stream: 'honoured',
  stream_options: 'honoured',
  n: 'honoured',
  temperature: 'honoured',
  top_p: 'honoured',
  top_k: 'honoured',
  min_p: 'honoured',
  seed: 'honoured',
  frequency_penalty: 'honoured',
  presence_penalty: 'honoured',
  repetition_penalty: 'honoured',
  logit_bias: 'honoured',
  allowed_token_ids: 'honoured',
  bad_words: 'honoured',
  min_tokens: 'honoured',
  min_completion_tokens: 'honoured',
  max_tokens: 'honoured',
  max_completion_tokens: 'honoured',
  ignore_eos: 'honoured',
  stop: 'honoured',
  stop_token_ids: 'honoured',
  include_stop_str_in_output: 'honoured',
  skip_special_tokens: 'honoured',
  spaces_between_special_tokens: 'honoured',
  logprobs: 'honoured',
  top_logprobs: 'honoured',
  add_generation_prompt: 'honoured',
  continue_final_message: 'honoured',
  echo: 'honoured',
  add_special_tokens: 'honoured',
  chat_template: 'honoured',
  chat_template_kwargs: 'honoured',
  documents: 'honoured',
  priority: 'honoured',
  service_tier: 'honoured',
  request_id: 'honoured',
  cache_salt: 'honoured',
  prompt_cache_key: 'honoured',
  user: 'honoured',
  safety_identifier: 'honoured',
  prompt_cache_retention: refused('prompts stay cached in memory only', 'in-memory', 'in_memory'),
  parley: {
    reason: 'lenient handling and reports in the body are not available yet',
    neutral: (value) => {
      const { report, unsupported } = value as { report?: boolean | null; unsupported?: string | null };
      return !report && (unsupported ?? 'strict') === 'strict';
    },
  },
  tools: refusedUnlessEmpty(NO_TOOLS),
  functions: refusedUnlessEmpty(NO_TOOLS),
  tool_choice: refused(NO_TOOLS, 'none', 'auto'),
  function_call: refused(NO_TOOLS, 'none', 'auto'),
  parallel_tool_calls: refused(NO_TOOLS, true, false),
  response_format: 'honoured',
  structured_outputs: 'honoured',
  reasoning_effort: refused(NO_REASONING, 'none'),
  reasoning_format: refused(NO_REASONING, 'none'),
  include_reasoning: refused(NO_REASONING, true),
  disable_reasoning: refused(NO_REASONING, false),
  clear_thinking: refused(NO_REASONING),
  truncate_prompt_tokens: refused('the embedded engine does not cut prompts yet'),
  prompt_logprobs: refused('the embedded engine does not report on the prompt yet'),
  return_token_ids: refused('the embedded engine does not return token ids yet', false),
  return_tokens_as_token_ids: refused('the embedded engine does not return token ids yet', false),
  use_beam_search: refused('the embedded engine does not search beams yet', false),
  length_penalty: refused('it belongs to beam search, which the embedded engine does not do yet', 1),
  logits_processors: refusedUnlessEmpty('no logits processor is registered on this server'),
  vllm_xargs: refusedUnlessEmpty('no extension is registered on this server'),
  kv_transfer_params: refusedUnlessEmpty('the embedded engine does not move its cache between servers'),
  mm_processor_kwargs: refusedUnlessEmpty(NO_MEDIA),
  modalities: {
    reason: NO_MEDIA,
    neutral: (value) => Array.isArray(value) && value.every((modality) => modality === 'text'),
  },
  audio: refused(NO_MEDIA),
  web_search_options: refused('the embedded engine does not search the web'),
  moderation: refused('the embedded engine does not moderate'),
  model_parameters: refusedUnlessEmpty('no model of this server has options of its own'),
  prediction: refused('the embedded engine does not use predictions yet'),
  verbosity: refused('the embedded engine cannot set the length of its answers', 'medium'),
  store: refused('answers are not stored yet', false),
  metadata: refusedUnlessEmpty('answers are not stored yet'),
};

/** For `/v1/models/{id}`: every parameter, honoured or with the reason why not. */
export function parameterSupport(options: {
  readonly allowRequestTemplates: boolean;
}): Record<string, ParameterSupport> {
  const support: Record<string, ParameterSupport> = {};
  for (const [name, rule] of Object.entries(RULES)) {
    support[name] = rule === 'honoured' ? { honoured: true } : { honoured: false, reason: rule.reason };
  }
  if (!options.allowRequestTemplates) {
    const reason = 'this server takes no templates from requests; its operator can allow them';
    support.chat_template = { honoured: false, reason };
  }
  return support;
}

/** Throws a 400 for the first parameter that is set to something the engine would not do. */
export function refuseUnsupported(parameters: Parameters): void {
  const rules: Record<string, Rule | undefined> = RULES;
  for (const [name, value] of Object.entries(parameters)) {
    const rule = rules[name];
    if (value === undefined || value === null || rule === 'honoured') continue;
    if (rule?.neutral(value)) continue;
    throw unsupportedParameter(
      name,
      `'${name}' is not supported by this model: ${rule?.reason ?? 'it is unknown'}.`,
    );
  }
}

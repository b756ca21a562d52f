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

const NO_PROCESSORS = 'no logits processor is registered on this server';
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
  parley: 'honoured',
  tools: 'honoured',
  functions: 'honoured',
  tool_choice: 'honoured',
  function_call: 'honoured',
  parallel_tool_calls: 'honoured',
  response_format: 'honoured',
  structured_outputs: 'honoured',
  reasoning_effort: 'honoured',
  reasoning_format: 'honoured',
  include_reasoning: 'honoured',
  disable_reasoning: 'honoured',
  clear_thinking: 'honoured',
  truncate_prompt_tokens: 'honoured',
  prompt_logprobs: 'honoured',
  return_token_ids: 'honoured',
  return_tokens_as_token_ids: 'honoured',
  use_beam_search: 'honoured',
  length_penalty: 'honoured',
  logits_processors: refusedUnlessEmpty(NO_PROCESSORS),
  vllm_xargs: refusedUnlessEmpty(NO_PROCESSORS),
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
  prediction: 'honoured',
  verbosity: refused('the embedded engine cannot set the length of its answers', 'medium'),
  // Kept by the server, around the engine.
  store: 'honoured',
  metadata: 'honoured',
};

/** They are refused only where no processor is registered. */
const FOR_PROCESSORS: ReadonlySet<string> = new Set(['logits_processors', 'vllm_xargs']);

const NO_TOOLS = "the model's chat template has no place for tools";
const TOOL_NAMES = ['tools', 'functions', 'tool_choice', 'function_call', 'parallel_tool_calls'];

/** For `/v1/models/{id}`: every parameter, honoured or with the reason why not. */
export function parameterSupport(options: {
  readonly allowRequestTemplates: boolean;
  /** Whether the model's template shows tools. */
  readonly tools: boolean;
  /** Whether the model thinks before it answers, or its template reads how hard it shall. */
  readonly reasoning: boolean;
  /** Why predictions are of no use; undefined where they are. */
  readonly noDrafts: string | undefined;
  /** Whether the operator has registered logits processors. */
  readonly logitsProcessors: boolean;
}): Record<string, ParameterSupport> {
  const support: Record<string, ParameterSupport> = {};
  for (const [name, rule] of Object.entries(RULES)) {
    support[name] = rule === 'honoured' ? { honoured: true } : { honoured: false, reason: rule.reason };
  }
  if (options.logitsProcessors) for (const name of FOR_PROCESSORS) support[name] = { honoured: true };
  if (!options.allowRequestTemplates) {
    const reason = 'this server takes no templates from requests; its operator can allow them';
    support.chat_template = { honoured: false, reason };
  }
  const refuse = (name: string, reason: string): void => {
    support[name] = { honoured: false, reason };
  };
  if (!options.tools) for (const name of TOOL_NAMES) refuse(name, NO_TOOLS);
  if (!options.reasoning) refuse('reasoning_effort', 'the model does not reason before it answers');
  if (options.noDrafts !== undefined) {
    refuse('prediction', `it is ignored, and reported so: ${options.noDrafts}`);
  }
  return support;
}

/** Throws a 400 for the first parameter that is set to something the engine would not do. */
export function refuseUnsupported(
  parameters: Parameters,
  { logitsProcessors }: { readonly logitsProcessors: boolean },
): void {
  const rules: Record<string, Rule | undefined> = RULES;
  for (const [name, value] of Object.entries(parameters)) {
    const rule = rules[name];
    if (value === undefined || value === null || rule === 'honoured') continue;
    if (rule?.neutral(value)) continue;
    if (logitsProcessors && FOR_PROCESSORS.has(name)) continue;
    throw unsupportedParameter(
      name,
      `'${name}' is not supported by this model: ${rule?.reason ?? 'it is unknown'}.`,
    );
  }
}

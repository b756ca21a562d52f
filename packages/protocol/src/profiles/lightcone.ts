import Type from 'typebox';
import {
  anything,
  documented,
  type Fields,
  FunctionTools,
  keys,
  type Profile,
  toolChoice,
} from './profile.ts';

const common: Fields = {
  id: true,
  object: true,
  created: true,
  model: true,
  system_fingerprint: true,
  usage: true,
  service_tier: true,
  prompt_token_ids: true,
  prompt_logprobs: true,
  kv_transfer_params: true,
};

const choice: Fields = {
  index: true,
  logprobs: true,
  finish_reason: true,
  stop_reason: true,
  token_ids: true,
};

/** The chat reference of Tzafon's Lightcone, whose parameters are those of vLLM, and the one that its client adds. */
export const lightcone: Profile = {
  name: 'lightcone',
  title: 'Lightcone',
  chat: {
    required: ['messages'],
    parameters: {
      ...documented('tzafon'),
      ...anything('use_beam_search'),
      reasoning_effort: Type.Enum(['low', 'medium', 'high']),
      stream_options: keys('include_usage', 'continuous_usage_stats'),
      tool_choice: toolChoice('none', 'auto', 'required'),
      tools: FunctionTools,
    },
    answer: { ...common, choices: { ...choice, message: true } },
    chunk: { ...common, choices: { ...choice, delta: true } },
  },
  model: { id: true, object: true, created: true, owned_by: true },
  modelFormats: false,
  errors: 'openai',
  streamUsage: 'asked',
  namesTier: false,
  dropsLoneTopLogprobs: false,
};

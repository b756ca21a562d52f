import Type from 'typebox';
import {
  anything,
  documented,
  type Fields,
  FunctionTools,
  formats,
  keys,
  messagesOf,
  type Profile,
  toolChoice,
} from './profile.ts';

/** The references give 1.5 and 2. What stays below the lower one passes at either. */
const temperature = Type.Number({ minimum: 0, maximum: 1.5 });

const messages = messagesOf({
  // "System prompts must be passed to the messages parameter as a string."
  system: { content: Type.String() },
  developer: {},
  user: {},
  assistant: {},
  tool: {},
});

const usage: Fields = {
  prompt_tokens: true,
  completion_tokens: true,
  total_tokens: true,
  prompt_tokens_details: true,
  completion_tokens_details: true,
  image_tokens: true,
};

const common: Fields = {
  id: true,
  created: true,
  model: true,
  system_fingerprint: true,
  object: true,
  time_info: true,
  service_tier: true,
  service_tier_used: true,
};

const choice: Fields = {
  index: true,
  finish_reason: true,
  logprobs: 'unless-null',
  reasoning_logprobs: true,
};

const message: Fields = { role: true, content: true, reasoning: true, tool_calls: true };

/** The Python and REST references of Cerebras, and what its published clients add to them. */
export const cerebras: Profile = {
  name: 'cerebras',
  title: 'Cerebras',
  chat: {
    required: ['messages', 'model'],
    parameters: {
      ...documented('cerebras-sdk', 'cerebras-rest'),
      ...anything(
        'clear_thinking',
        'disable_reasoning',
        'model_parameters',
        'prediction',
        'prompt_cache_key',
      ),
      messages,
      temperature,
      reasoning_effort: Type.Enum(['none', 'low', 'medium', 'high']),
      reasoning_format: Type.Enum(['none', 'parsed', 'text_parsed', 'raw', 'hidden']),
      response_format: formats('text', 'json_object', 'json_schema'),
      service_tier: Type.Enum(['auto', 'default', 'flex', 'priority']),
      stream_options: keys('include_usage'),
      tool_choice: toolChoice('none', 'auto', 'required'),
      tools: FunctionTools,
    },
    answer: { ...common, usage, choices: { ...choice, message } },
    chunk: { ...common, usage, choices: { ...choice, delta: message } },
  },
  completions: {
    required: ['prompt', 'model'],
    parameters: {
      ...anything('prompt', 'model', 'best_of', 'echo', 'frequency_penalty', 'logit_bias', 'logprobs'),
      ...anything('max_tokens', 'min_tokens', 'n', 'presence_penalty', 'seed', 'stop', 'stream'),
      ...anything('suffix', 'top_p', 'user'),
      temperature,
      stream_options: keys('include_usage'),
    },
    answer: { ...common, usage, choices: { ...choice, text: true } },
    chunk: { ...common, usage, choices: { ...choice, text: true } },
  },
  model: { id: true, object: true, created: true, owned_by: true },
  modelFormats: true,
  errors: 'flat',
  streamUsage: 'last-choice',
  namesTier: false,
  dropsLoneTopLogprobs: false,
};

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

const stop = Type.Array(Type.String());
const stream_options = keys('include_usage');

const usage: Fields = {
  prompt_tokens: true,
  completion_tokens: true,
  total_tokens: true,
  prompt_tokens_details: true,
  completion_tokens_details: true,
};

const common: Fields = { id: true, object: true, created: true, model: true };
const choice: Fields = { index: true, finish_reason: true, logprobs: true };

/** The reference of Atoma's client, and the schemas of the proxy that it speaks to. */
export const atoma: Profile = {
  name: 'atoma',
  title: 'Atoma',
  chat: {
    required: ['messages', 'model'],
    parameters: {
      ...documented('atoma'),
      // Not in the list, but "logprobs must be set to true" stands in the text of `top_logprobs`.
      ...anything('logprobs'),
      messages: messagesOf({ system: {}, user: {}, assistant: {}, tool: {} }),
      response_format: formats('text', 'json_object', 'json_schema'),
      service_tier: Type.Enum(['auto', 'default']),
      stop,
      stream_options,
      tool_choice: toolChoice('none', 'auto'),
      tools: FunctionTools,
    },
    answer: {
      ...common,
      usage,
      system_fingerprint: true,
      service_tier: true,
      choices: {
        ...choice,
        message: { role: true, content: true, refusal: true, tool_calls: true, function_call: true },
      },
    },
    chunk: {
      ...common,
      usage,
      choices: {
        ...choice,
        stop_reason: true,
        delta: { role: true, content: true, reasoning_content: true, tool_calls: true, function_call: true },
      },
    },
  },
  completions: {
    required: ['prompt', 'model'],
    parameters: {
      ...anything('prompt', 'model', 'best_of', 'echo', 'frequency_penalty', 'logit_bias', 'logprobs'),
      ...anything('max_tokens', 'n', 'presence_penalty', 'seed', 'stream', 'suffix', 'temperature', 'top_p'),
      ...anything('user'),
      stop,
      stream_options,
    },
    answer: { ...common, usage, system_fingerprint: true, choices: { ...choice, text: true } },
    chunk: { ...common, usage, system_fingerprint: true, choices: { ...choice, text: true } },
  },
  model: { id: true, object: true, created: true, owned_by: true },
  modelFormats: false,
  errors: 'code',
  streamUsage: 'extra',
  namesTier: true,
  dropsLoneTopLogprobs: true,
};

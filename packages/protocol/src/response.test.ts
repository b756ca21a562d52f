import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import {
  ApiError,
  ChatCompletion,
  ChatCompletionChunk,
  Completion,
  CompletionChunk,
  DetokenizeResponse,
  ErrorBodySchema,
  HuggingFaceModelList,
  ModelList,
  OpenRouterModelList,
  TokenizeResponse,
} from './index.ts';

const logprobs = {
  content: [
    { token: 'H', logprob: -0.5, bytes: [72], top_logprobs: [{ token: 'H', logprob: -0.5, bytes: null }] },
    { token: 'i', logprob: -9999, bytes: null, top_logprobs: [] },
  ],
  refusal: null,
};
const usage = {
  prompt_tokens: 12,
  completion_tokens: 10,
  total_tokens: 22,
  prompt_tokens_details: { cached_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 3 },
};
const common = {
  id: 'chatcmpl-292e278f-514e-4186-9010-91ce6a14168b',
  created: 1723733419,
  model: 'parley-tiny',
  system_fingerprint: 'fp_70185065a4',
};
const time_info = {
  queue_time: 0.1,
  prompt_time: 0,
  completion_time: 1,
  total_time: 1.1,
  created: 1723733419.5,
};
const message = { role: 'assistant', content: 'Hi', refusal: null };
const choice = { finish_reason: 'stop', index: 0, message, logprobs: null };
const answer = { ...common, object: 'chat.completion', choices: [choice], usage, time_info };
const call = { id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } };
const withChoice = (change: object) => ({ ...answer, choices: [{ ...choice, ...change }] });

const delta = { index: 0, delta: { content: 'H' }, finish_reason: null, logprobs: null };
const chunk = { ...common, object: 'chat.completion.chunk', choices: [delta] };
const withDelta = (change: object) => ({ ...chunk, choices: [{ ...delta, delta: change }] });

const textChoice = { index: 0, text: 'a', logprobs: null, finish_reason: 'length' };
const text = { ...common, object: 'text_completion', choices: [textChoice], usage };
const textLogprobs = { tokens: ['a'], token_logprobs: [null], top_logprobs: [null], text_offset: [0] };

const model = { id: 'm', object: 'model', created: 1, owned_by: 'parley' };

function without(value: object, key: string): object {
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
}

const CASES: Readonly<
  Record<string, { schema: TSchema; valid: readonly unknown[]; invalid: readonly unknown[] }>
> = {
  ChatCompletion: {
    schema: ChatCompletion,
    valid: [
      answer,
      withChoice({ logprobs, reasoning_logprobs: logprobs, stop_reason: 5, token_ids: [1] }),
      withChoice({ message: { ...message, content: null, tool_calls: [call] }, finish_reason: 'tool_calls' }),
      withChoice({ message: { ...message, reasoning: 'r', reasoning_content: 'r' } }),
      {
        ...answer,
        prompt_token_ids: [1],
        prompt_logprobs: [null, { 5: { logprob: -1, rank: 1, decoded_token: 'a' } }],
      },
      {
        ...answer,
        parley: {
          parameters: [
            { name: 'user', change: 'ignored', detail: 'd' },
            { name: 'n', change: 'clamped', detail: 'd', sent: 200, used: 128 },
          ],
        },
        service_tier: 'default',
      },
    ],
    invalid: [
      ...['id', 'created', 'model', 'object', 'choices', 'usage'].map((key) => without(answer, key)),
      ...['index', 'message', 'finish_reason', 'logprobs'].map((key) => ({
        ...answer,
        choices: [without(choice, key)],
      })),
      ...['role', 'content', 'refusal'].map((key) => withChoice({ message: without(message, key) })),
      withChoice({ finish_reason: null }),
      withChoice({
        logprobs: { content: [{ token: 'a', logprob: 0.5, bytes: null, top_logprobs: [] }], refusal: null },
      }),
      { ...answer, choices: [] },
      { ...answer, surprise: 1 },
      { ...answer, usage: without(usage, 'prompt_tokens_details') },
      { ...answer, usage: { ...usage, prompt_tokens: -1 } },
      { ...answer, object: 'chat.completion.chunk' },
    ],
  },
  ChatCompletionChunk: {
    schema: ChatCompletionChunk,
    valid: [
      chunk,
      withDelta({}),
      withDelta({ role: 'assistant', content: '', refusal: null }),
      withDelta({
        tool_calls: [{ index: 0, id: 'c', type: 'function', function: { name: 'f', arguments: '' } }],
      }),
      withDelta({ tool_calls: [{ index: 0, function: { arguments: '{' } }] }),
      { ...chunk, choices: [], usage },
      { ...chunk, usage: null, time_info },
    ],
    invalid: [
      ...['id', 'created', 'model', 'object', 'choices'].map((key) => without(chunk, key)),
      withDelta({ role: 'user' }),
      withDelta({ tool_calls: [{ id: 'c' }] }),
      { ...chunk, choices: [{ ...delta, message }] },
    ],
  },
  Completion: {
    schema: Completion,
    valid: [text, { ...text, choices: [{ ...textChoice, logprobs: textLogprobs }] }],
    invalid: [without(text, 'usage'), { ...text, choices: [{ ...textChoice, finish_reason: null }] }],
  },
  CompletionChunk: {
    schema: CompletionChunk,
    valid: [
      { ...text, usage: null, choices: [{ ...textChoice, finish_reason: null }] },
      { ...text, choices: [] },
    ],
    invalid: [{ ...text, choices: [without(textChoice, 'text')] }],
  },
  ErrorBodySchema: {
    schema: ErrorBodySchema,
    valid: [new ApiError({ status: 400, type: 'invalid_request_error', message: 'm' }).body()],
    invalid: [{ error: { message: 'm', type: 'invalid_request_error', param: null } }, { error: null }],
  },
  ModelList: {
    schema: ModelList,
    valid: [
      {
        object: 'list',
        data: [model, { ...model, context_length: 512, parameters: { n: { honoured: true } } }],
      },
    ],
    invalid: [{ data: [] }, { object: 'list', data: [without(model, 'owned_by')] }],
  },
  OpenRouterModelList: {
    schema: OpenRouterModelList,
    valid: [
      {
        data: [
          {
            id: 'm',
            hugging_face_id: null,
            name: 'M',
            created: 1,
            input_modalities: ['text'],
            output_modalities: ['text'],
            quantization: null,
            context_length: 512,
            max_output_length: 512,
            pricing: { prompt: '0', completion: '0' },
            supported_sampling_parameters: ['temperature'],
            supported_features: [],
          },
        ],
      },
    ],
    invalid: [{ data: [model] }],
  },
  HuggingFaceModelList: {
    schema: HuggingFaceModelList,
    valid: [
      {
        object: 'list',
        data: [{ ...model, context_length: 5, supports_tools: true, supports_structured_output: false }],
      },
    ],
    invalid: [{ object: 'list', data: [model] }],
  },
  TokenizeResponse: {
    schema: TokenizeResponse,
    valid: [{ count: 1, max_model_len: 512, tokens: [5], token_strs: null }],
    invalid: [{ count: 1, max_model_len: 512, tokens: [-1], token_strs: null }],
  },
  DetokenizeResponse: {
    schema: DetokenizeResponse,
    valid: [{ prompt: '' }],
    invalid: [{}, { prompt: '', text: '' }],
  },
};

for (const [name, { schema, valid, invalid }] of Object.entries(CASES)) {
  test(`${name} tells right answers from wrong ones`, () => {
    const check = Compile(schema);
    for (const value of valid) assert.deepEqual([check.Check(value), [...check.Errors(value)]], [true, []]);
    for (const value of invalid) assert.equal(check.Check(value), false, JSON.stringify(value));
  });
}

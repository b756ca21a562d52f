import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CHAT_PARAMETER_NAMES } from '@parley/protocol';
import { DIALECTS } from '../dialects/dialects.ts';
import type { ParameterName, Treatment } from '../target.ts';
import { PROVIDERS } from './providers.ts';

const NAMES = [
  ...['cerebras', 'lightcone', 'atoma', 'openai', 'groq', 'mistral', 'together', 'fireworks', 'openrouter'],
  ...[
    'deepseek',
    'xai',
    'ollama',
    'llama-cpp',
    'vllm',
    'sglang',
    'openai-compatible',
    'anthropic',
    'gemini',
    'azure',
  ],
];

/** What the documentation says of some, so that a slip of a table is seen. */
const KNOWN: readonly (readonly [provider: string, parameter: ParameterName, treatment: Treatment])[] = [
  ['cerebras', 'min_completion_tokens', 'honoured'],
  ['cerebras', 'reasoning_format', 'honoured'],
  ['cerebras', 'top_k', 'refused'],
  ['lightcone', 'logits_processors', 'honoured'],
  ['lightcone', 'bad_words', 'honoured'],
  ['atoma', 'logprobs', 'refused'],
  ['atoma', 'logit_bias', 'honoured'],
  ['openai', 'max_tokens', 'translated'],
  ['openai', 'functions', 'translated'],
  ['openai', 'top_k', 'refused'],
  ['groq', 'n', 'emulated'],
  ['groq', 'frequency_penalty', 'refused'],
  ['mistral', 'seed', 'translated'],
  ['together', 'logprobs', 'refused'],
  ['deepseek', 'n', 'emulated'],
  ['deepseek', 'parallel_tool_calls', 'refused'],
  ['xai', 'logit_bias', 'refused'],
  ['ollama', 'tool_choice', 'refused'],
  ['llama-cpp', 'repetition_penalty', 'translated'],
  ['vllm', 'prompt_logprobs', 'honoured'],
  ['vllm', 'kv_transfer_params', 'refused'],
  ['sglang', 'bad_words', 'refused'],
  ['sglang', 'cache_salt', 'honoured'],
  ['anthropic', 'stop', 'translated'],
  ['anthropic', 'seed', 'refused'],
  ['anthropic', 'n', 'emulated'],
  ['gemini', 'parallel_tool_calls', 'refused'],
  ['gemini', 'top_p', 'translated'],
  ['azure', 'logit_bias', 'honoured'],
];

describe('the providers', () => {
  it('are all there, each by its name', () => {
    assert.deepEqual([...PROVIDERS.keys()].sort(), [...NAMES].sort());
    for (const [name, provider] of PROVIDERS) assert.equal(provider.name, name);
  });

  for (const provider of PROVIDERS.values()) {
    it(`${provider.name} says what it does with every parameter, and nothing that contradicts itself`, () => {
      const { parameters, renames, words, ranges, kept, wholeOnly, formats } = provider;
      assert.deepEqual(Object.keys(parameters).sort(), [...CHAT_PARAMETER_NAMES].sort());
      for (const name of ['model', 'messages', 'stream', 'stream_options', 'parley', 'request_id'] as const) {
        assert.equal(parameters[name], 'honoured', name);
      }
      for (const name of Object.keys({ ...renames, ...words }) as ParameterName[]) {
        assert.equal(parameters[name], 'translated', `${name} has another name or word`);
      }
      for (const name of [...kept, ...wholeOnly]) assert.equal(parameters[name], 'honoured', name);
      for (const name of Object.keys(ranges) as ParameterName[])
        assert.notEqual(parameters[name], 'refused', name);
      if (parameters.response_format === 'honoured') assert.ok(formats.length > 0);
      assert.ok(DIALECTS[provider.dialect]);
      if (provider.baseUrl !== undefined) {
        assert.doesNotMatch(provider.baseUrl, /\/$/);
        assert.ok(URL.canParse(provider.baseUrl));
      }
    });
  }

  for (const [name, parameter, treatment] of KNOWN) {
    it(`${name}: ${parameter} is ${treatment}`, () => {
      assert.equal(PROVIDERS.get(name)?.parameters[parameter], treatment);
    });
  }
});

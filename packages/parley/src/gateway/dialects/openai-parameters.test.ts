import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encode, fieldsOf, notesOf, refusedOf } from './encode.test.support.ts';

const weather = { type: 'function', function: { name: 'weather', parameters: { type: 'object' } } };
const now = { type: 'function', function: { name: 'now' } };
const schema = { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] };

describe('parameters for upstreams of the OpenAI form', () => {
  it('go up by their own names where the upstream has them', () => {
    const everything = {
      temperature: 0.3,
      top_p: 0.9,
      top_k: 40,
      min_p: 0.05,
      seed: 7,
      bad_words: ['x'],
      prompt_logprobs: 0,
      cache_salt: 'salt',
      priority: -1,
      chat_template_kwargs: { a: 1 },
      structured_outputs: { regex: 'a+' },
      logprobs: true,
      top_logprobs: 3,
      stop: ['a', 'b'],
      n: 2,
      vllm_xargs: { k: 1 },
    };
    const { return_token_ids: forPrompt, ...fields } = fieldsOf('vllm', everything);
    assert.deepEqual(fields, everything);
    assert.equal(forPrompt, true);
  });

  it('are none of those that are done here', () => {
    const ours = {
      store: true,
      metadata: { a: 'b' },
      parley: { report: true },
      request_id: 'r',
      prompt_cache_key: 'k',
    };
    assert.deepEqual(fieldsOf('vllm', ours), {});
    assert.deepEqual(fieldsOf('openai', ours), { prompt_cache_key: 'k' });
    assert.deepEqual(fieldsOf('mistral', { ...ours, user: 'u', safety_identifier: 's' }), {});
  });

  it('that ask for nothing hinder nobody, and lists without entries stay here', () => {
    const nothing = {
      tools: [],
      tool_choice: 'none',
      logit_bias: {},
      top_k: -1,
      min_tokens: 0,
      echo: false,
      parallel_tool_calls: false,
    };
    assert.deepEqual(fieldsOf('openai', nothing), {});
  });

  it('carry unknown fields to those who may know them', () => {
    const call = encode('openrouter', { provider: { require_parameters: true }, transforms: [] });
    assert.deepEqual(call.carried, ['provider', 'transforms']);
    assert.deepEqual(call.body.provider, { require_parameters: true });
    assert.deepEqual(encode('ollama', { keep_alive: 5 }).carried, []);
    assert.equal(encode('ollama', { keep_alive: 5 }).body.keep_alive, undefined);
  });

  const translations: readonly (readonly [provider: string, body: object, fields: object])[] = [
    ['openai', { max_tokens: 5 }, { max_completion_tokens: 5 }],
    ['mistral', { max_completion_tokens: 5, seed: 3 }, { max_tokens: 5, random_seed: 3 }],
    ['vllm', { min_completion_tokens: 5 }, { min_tokens: 5 }],
    ['vllm', { disable_reasoning: true }, { reasoning_effort: 'none' }],
    ['deepseek', { disable_reasoning: true }, { thinking: { type: 'disabled' } }],
    ['deepseek', { reasoning_effort: 'high' }, { thinking: { type: 'enabled' }, reasoning_effort: 'high' }],
    ['together', { disable_reasoning: true, stop: 'x' }, { reasoning: { enabled: false }, stop: ['x'] }],
    [
      'groq',
      { service_tier: 'priority', reasoning_format: 'text_parsed' },
      { service_tier: 'performance', reasoning_format: 'parsed' },
    ],
    [
      'llama-cpp',
      { reasoning_format: 'raw', repetition_penalty: 1.1 },
      { reasoning_format: 'none', repeat_penalty: 1.1, repeat_last_n: -1 },
    ],
    ['fireworks', { reasoning_effort: 'minimal' }, { reasoning_effort: 'low' }],
    ['sglang', { structured_outputs: { choice: ['a.b', 'c'] } }, { regex: '(a\\.b|c)' }],
    ['sglang', { structured_outputs: { grammar: 'root ::= "a"' } }, { ebnf: 'root ::= "a"' }],
    [
      'openai',
      { structured_outputs: { json: JSON.stringify(schema) } },
      { response_format: { type: 'json_schema', json_schema: { name: 'answer', schema, strict: true } } },
    ],
    ['groq', { tools: [weather], tool_choice: 'any' }, { tools: [weather], tool_choice: 'required' }],
    [
      'vllm',
      {
        tools: [weather, now],
        tool_choice: {
          type: 'allowed_tools',
          allowed_tools: { mode: 'required', tools: [{ function: { name: 'now' } }] },
        },
      },
      { tools: [now], tool_choice: 'required' },
    ],
    [
      'openai',
      { functions: [{ name: 'f' }], function_call: { name: 'f' } },
      {
        tools: [{ type: 'function', function: { name: 'f' } }],
        tool_choice: { type: 'function', function: { name: 'f' } },
      },
    ],
  ];
  for (const [provider, body, fields] of translations) {
    it(`${provider}: ${JSON.stringify(body).slice(0, 70)} goes by other names, and is told`, () => {
      assert.deepEqual(fieldsOf(provider, body), fields);
      assert.ok(notesOf(provider, body).every((note) => note.endsWith(';translated')));
      assert.ok(notesOf(provider, body).length > 0);
    });
  }

  it('cut seeds that JSON cannot write', () => {
    const seed = '18446744073709551615';
    assert.deepEqual(fieldsOf('vllm', { seed }), { seed: 2 ** 53 - 1 });
    assert.deepEqual(notesOf('vllm', { seed }), ['seed;translated']);
    assert.deepEqual(fieldsOf('vllm', { seed: '12' }), { seed: 12 });
    assert.deepEqual(notesOf('vllm', { seed: '12' }), []);
  });

  const refusals: readonly (readonly [provider: string, body: object, param: string])[] = [
    ['openai', { top_k: 5 }, 'top_k'],
    ['openai', { logit_bias: { 5: 1 }, cache_salt: 's' }, 'cache_salt'],
    ['groq', { n: 2 }, 'n'],
    ['mistral', { temperature: 1.8 }, 'temperature'],
    ['xai', { logprobs: true, top_logprobs: 9 }, 'top_logprobs'],
    ['openai', { structured_outputs: { regex: 'a' } }, 'structured_outputs'],
    ['openai', { modalities: ['text', 'audio'] }, 'modalities'],
    ['vllm', { tools: [{ type: 'custom', custom: { name: 'sh' } }] }, 'tools'],
    ['together', { tools: [weather], parallel_tool_calls: false }, 'parallel_tool_calls'],
    ['cerebras', { response_format: { type: 'structural_tag', format: {} } }, 'response_format'],
    ['openai', { service_tier: 'flex', reasoning_format: 'raw' }, 'reasoning_format'],
    ['vllm', { kv_transfer_params: { a: 1 } }, 'kv_transfer_params'],
  ];
  for (const [provider, body, param] of refusals) {
    it(`${provider} refuses ${JSON.stringify(body).slice(0, 60)}`, () =>
      assert.equal(refusedOf(provider, body), param));
  }

  it('ask for a whole body where the upstream cannot stream what is asked for', () => {
    assert.equal(encode('vllm', { prompt_logprobs: 2 }).streamed, false);
    assert.equal(encode('vllm', { prompt_logprobs: 2 }).body.stream, undefined);
    assert.equal(encode('vllm', { use_beam_search: false }).streamed, true);
  });
});

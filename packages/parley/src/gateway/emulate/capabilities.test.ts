import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { requestFrom } from '../dialects/encode.test.support.ts';
import { requestOf, targetOf } from '../target.test.support.ts';
import { unsuited } from './capabilities.ts';

const names = (provider: string, body: object) => unsuited(targetOf(provider), requestFrom(body));
const tool = { type: 'function', function: { name: 'f' } };

describe('what a target cannot be asked for', () => {
  it('is all that it refuses, and nothing that asks for nothing', () => {
    const body = { top_k: 5, min_p: 0.1, seed: 3, temperature: 0.5 };
    assert.deepEqual(names('openai', body), ['top_k', 'min_p']);
    assert.deepEqual(names('anthropic', body), ['min_p', 'seed']);
    assert.deepEqual(names('vllm', body), []);
    const neutral = {
      top_k: 0,
      min_p: 0,
      n: 1,
      echo: false,
      logprobs: false,
      tools: [],
      tool_choice: 'none',
      service_tier: 'auto',
      modalities: ['text'],
      response_format: { type: 'text' },
      repetition_penalty: 1,
      length_penalty: 2,
      parallel_tool_calls: false,
    };
    assert.deepEqual(names('anthropic', neutral), []);
  });

  it('is not what is done here for it', () => {
    assert.deepEqual(
      names('anthropic', {
        n: 3,
        stop: ['\n'],
        include_reasoning: false,
        response_format: { type: 'json_object' },
      }),
      [],
    );
    assert.deepEqual(names('deepseek', { structured_outputs: { json: { type: 'object' } } }), []);
  });

  it('depends on the value where that makes a difference', () => {
    assert.deepEqual(names('anthropic', { temperature: 1.5 }), ['temperature']);
    assert.deepEqual(names('openai', { reasoning_format: 'raw' }), ['reasoning_format']);
    assert.deepEqual(names('openai', { reasoning_format: 'hidden' }), []);
    assert.deepEqual(names('vllm', { tools: [{ type: 'custom', custom: { name: 'sh' } }] }), ['tools']);
    assert.deepEqual(names('openai', { tools: [{ type: 'custom', custom: { name: 'sh' } }] }), []);
    assert.deepEqual(names('ollama', { tools: [tool], tool_choice: 'auto' }), []);
    assert.deepEqual(names('ollama', { tools: [tool], tool_choice: 'required' }), ['tool_choice']);
    assert.deepEqual(names('openai', { structured_outputs: { grammar: 'root ::= "a"' } }), [
      'structured_outputs',
    ]);
  });

  it('are schemas that cannot be checked safely where nobody enforces them', () => {
    const withSchema = (schema: object) => ({
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema } },
    });
    const risky = withSchema({ properties: { a: { type: 'string', pattern: '^(a+)+$' } } });
    assert.deepEqual(names('deepseek', risky), ['response_format']);
    assert.deepEqual(names('openai', risky), []);
    assert.deepEqual(
      names('deepseek', withSchema({ properties: { pattern: { enum: [{ format: 1 }] } } })),
      [],
    );
    let deep: object = { type: 'string' };
    for (let i = 0; i < 100; i++) deep = { items: deep };
    const asText = { structured_outputs: { json: JSON.stringify(deep) } };
    assert.deepEqual(names('deepseek', asText), ['structured_outputs']);
  });

  it('are messages and prompts that it cannot read', () => {
    assert.deepEqual(names('groq', { messages: [{ role: 'critic', content: 'a' }] }), ['messages']);
    assert.deepEqual(names('vllm', { messages: [{ role: 'critic', content: 'a' }] }), []);
    const prompt = requestOf({}, { kind: 'tokens', tokens: [1] });
    assert.deepEqual(unsuited(targetOf('groq'), prompt), ['messages']);
    assert.deepEqual(unsuited(targetOf('vllm'), prompt), []);
  });

  it('follows the exceptions of the operator', () => {
    const target = targetOf('openai', { parameters: { temperature: 'refused', top_k: 'honoured' } });
    assert.deepEqual(unsuited(target, requestFrom({ temperature: 0.2, top_k: 5 })), ['temperature']);
    assert.deepEqual(unsuited(target, requestFrom({ temperature: 1 })), []);
  });
});

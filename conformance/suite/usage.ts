import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Client } from '../http/client.ts';
import { ASK_WEATHER, WEATHER } from './tools.ts';

export function usage(client: Client): void {
  test('the tokens of the prompt are those of its own tokenizer', async () => {
    const system = { role: 'system', content: 'Be terse.' };
    const prompts = [
      { messages: [{ role: 'user', content: 'Hello!' }] },
      { messages: [system, { role: 'user', content: 'caf\u00e9 \u65e5\u672c \u{1f600}' }] },
      { messages: ASK_WEATHER.messages, tools: [WEATHER] },
    ];
    for (const prompt of prompts) {
      const { count, tokens } = await client.tokenize(prompt);
      assert.equal(tokens.length, count);
      const answer = await client.answer({ ...prompt, max_completion_tokens: 1, return_token_ids: true });
      assert.equal(answer.usage.prompt_tokens, count);
      assert.deepEqual(answer.prompt_token_ids, tokens);
    }
  });

  test('sums', async () => {
    const { usage: sums } = await client.answer({ max_completion_tokens: 5, ignore_eos: true, n: 3 });
    assert.equal(sums.completion_tokens, 15);
    assert.equal(sums.total_tokens, sums.prompt_tokens + 15);
    assert.equal(sums.completion_tokens_details?.reasoning_tokens, 0);
  });

  test('cached tokens are told, none and some', async () => {
    const messages = [
      { role: 'user', content: 'A question that nobody has put to this server before, at length.' },
    ];
    const fields = { messages, cache_salt: `conformance ${process.pid}`, max_completion_tokens: 1 };
    const first = await client.answer(fields);
    assert.equal(first.usage.prompt_tokens_details.cached_tokens, 0);
    const second = await client.answer(fields);
    const { cached_tokens: cached } = second.usage.prompt_tokens_details;
    assert.ok(cached > 0 && cached < second.usage.prompt_tokens);
  });

  test('timing is told', async () => {
    const { time_info: time } = await client.answer();
    assert.ok(time && time.total_time >= time.completion_time);
  });
}

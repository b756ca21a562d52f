import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GREETING, installed, KEY, MODEL, URL } from './given.mjs';
import { completionScenarios, stainlessScenarios } from './stainless.mjs';

const cerebras = await installed('@cerebras/cerebras_cloud_sdk');
if (cerebras) {
  const paths = [];
  const fetchNoted = (url, init) => {
    paths.push(new globalThis.URL(url).pathname);
    return fetch(url, init);
  };
  const client = new cerebras.Cerebras({ apiKey: KEY, baseURL: URL, fetch: fetchNoted });
  stainlessScenarios(client, cerebras.Cerebras);
  completionScenarios(client);

  test('the connection was warmed', () => assert.equal(paths[0], '/v1/tcp_warming'));

  test('its own headers', async () => {
    const fields = { model: MODEL, messages: GREETING, max_completion_tokens: 4 };
    const own = { 'CF-RAY': 'ray-1', 'X-Amz-Cf-Id': 'amz-1', 'X-delay-time': 0.1 };
    const { data, response } = await client.chat.completions.create({ ...fields, ...own }).withResponse();
    assert.equal(response.headers.get('cf-ray'), 'ray-1');
    assert.equal(response.headers.get('x-amz-cf-id'), 'amz-1');
    assert.ok(data.time_info.total_time >= 0);
  });

  test('its own parameters', async () => {
    const answer = await client.chat.completions.create({
      model: MODEL,
      messages: GREETING,
      max_completion_tokens: 8,
      min_completion_tokens: 3,
      service_tier: 'auto',
      reasoning_format: 'parsed',
      prediction: { type: 'content', content: 'Hello! How can I help you today?' },
    });
    assert.equal(answer.service_tier, 'default');
    assert.ok(answer.usage.completion_tokens >= 3);
  });

  test('models in the form of other platforms', async () => {
    for (const format of ['openrouter', 'huggingface']) {
      const { data } = await client.models.list({ format });
      assert.ok(data.some(({ id }) => id === MODEL));
    }
  });
}

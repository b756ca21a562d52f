import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CAPITAL, GREETING, installed, KEY, MODEL, QUESTION, URL, WEATHER } from './given.mjs';

const huggingface = await installed('@huggingface/inference');
if (huggingface) {
  const client = new huggingface.InferenceClient(KEY, { endpointUrl: `${URL}/v1` });
  const asked = { model: MODEL, messages: GREETING, max_tokens: 16, temperature: 0 };

  test('an answer, whole and streamed', async () => {
    const whole = await client.chatCompletion(asked);
    let text = '';
    for await (const { choices } of client.chatCompletionStream(asked))
      text += choices[0]?.delta.content ?? '';
    assert.equal(text, whole.choices[0].message.content);
    assert.ok(text.length > 0);
  });

  test('a call of a tool', async () => {
    const fields = {
      ...asked,
      messages: QUESTION,
      tools: [WEATHER],
      tool_choice: 'required',
      max_tokens: 80,
    };
    const { choices } = await client.chatCompletion(fields);
    assert.equal(choices[0].finish_reason, 'tool_calls');
    assert.equal(typeof JSON.parse(choices[0].message.tool_calls[0].function.arguments).city, 'string');
  });

  test('an answer of a schema', async () => {
    const response_format = {
      type: 'json_schema',
      json_schema: { name: 'capital', schema: CAPITAL, strict: true },
    };
    const { choices } = await client.chatCompletion({ ...asked, max_tokens: 60, response_format });
    assert.ok(Number.isInteger(JSON.parse(choices[0].message.content).rank));
  });

  test('a refusal tells why', async () => {
    await assert.rejects(client.chatCompletion({ ...asked, top_p: 7 }), (error) => {
      assert.equal(error.httpResponse.status, 400);
      assert.match(JSON.stringify(error.httpResponse.body), /top_p/);
      return true;
    });
  });
}

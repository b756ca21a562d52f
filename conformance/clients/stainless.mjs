import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CAPITAL, GREETING, MODEL, QUESTION, WEATHER } from './given.mjs';

const asked = { model: MODEL, messages: GREETING, max_completion_tokens: 16 };

/** What a stream amounts to. */
async function collected(stream) {
  const all = { chunks: 0, text: '', roles: 0, finishes: [], usage: undefined, timing: undefined };
  for await (const chunk of stream) {
    const [choice] = chunk.choices;
    all.chunks++;
    all.text += choice?.delta.content ?? '';
    if (choice?.delta.role) all.roles++;
    if (choice?.finish_reason) all.finishes.push(choice.finish_reason);
    all.usage = chunk.usage ?? all.usage;
    all.timing = chunk.time_info ?? all.timing;
  }
  return all;
}

/** What the clients have in common that one generator has made: OpenAI's, Cerebras's, Groq's. */
export function stainlessScenarios(client, { BadRequestError, NotFoundError }) {
  const { completions } = client.chat;

  test('an answer', async () => {
    const answer = await completions.create(asked);
    assert.equal(answer.object, 'chat.completion');
    assert.ok(answer.choices[0].message.content);
    assert.equal(answer.usage.total_tokens, answer.usage.prompt_tokens + answer.usage.completion_tokens);
  });

  test('several choices', async () => {
    const { choices } = await completions.create({ ...asked, n: 3, temperature: 1 });
    assert.deepEqual(
      choices.map(({ index }) => index),
      [0, 1, 2],
    );
  });

  test('many parameters together', async () => {
    const answer = await completions.create({
      ...asked,
      temperature: 0.8,
      top_p: 0.95,
      frequency_penalty: 0.2,
      presence_penalty: -0.2,
      logit_bias: { 7: -1 },
      logprobs: true,
      top_logprobs: 3,
      seed: 4,
      stop: ['\u0001'],
      user: 'user-7',
      parallel_tool_calls: false,
    });
    assert.equal(answer.choices[0].logprobs.content[0].top_logprobs.length, 3);
  });

  test('a stream is the same text as the answer', async () => {
    const fields = { ...asked, temperature: 0 };
    const whole = await completions.create(fields);
    const streamed = await collected(await completions.create({ ...fields, stream: true }));
    assert.equal(streamed.text, whole.choices[0].message.content);
    assert.ok(streamed.chunks > 3);
    assert.deepEqual([streamed.roles, streamed.finishes.length], [1, 1]);
    assert.ok(streamed.usage.total_tokens > 0 && streamed.timing);
  });

  test('a stream with usage on a chunk of its own', async () => {
    const stream = await completions.create({
      ...asked,
      stream: true,
      stream_options: { include_usage: true },
    });
    assert.ok((await collected(stream)).usage.total_tokens > 0);
  });

  test('a call of a tool, and its result', async () => {
    const fields = { ...asked, messages: QUESTION, tools: [WEATHER], max_completion_tokens: 80 };
    const first = await completions.create({ ...fields, tool_choice: 'required' });
    const { finish_reason: reason, message } = first.choices[0];
    assert.equal(reason, 'tool_calls');
    const [call] = message.tool_calls;
    assert.equal(typeof JSON.parse(call.function.arguments).city, 'string');
    const result = { role: 'tool', tool_call_id: call.id, content: '{"temperature":21}' };
    const second = await completions.create({ ...fields, messages: [...QUESTION, message, result] });
    assert.ok(second.choices[0].finish_reason);
  });

  test('a streamed call of a named tool', async () => {
    const named = { type: 'function', function: { name: 'get_weather' } };
    const fields = {
      ...asked,
      messages: QUESTION,
      tools: [WEATHER],
      tool_choice: named,
      max_completion_tokens: 80,
    };
    const names = [];
    let text = '';
    let reason;
    for await (const { choices } of await completions.create({ ...fields, stream: true })) {
      const call = choices[0]?.delta.tool_calls?.[0]?.function;
      if (call?.name) names.push(call.name);
      text += call?.arguments ?? '';
      reason = choices[0]?.finish_reason ?? reason;
    }
    assert.deepEqual([names, reason], [['get_weather'], 'tool_calls']);
    assert.equal(typeof JSON.parse(text).city, 'string');
  });

  test('an answer of a schema', async () => {
    const json_schema = { name: 'capital', strict: true, schema: CAPITAL };
    const answer = await completions.create({
      ...asked,
      max_completion_tokens: 60,
      response_format: { type: 'json_schema', json_schema },
    });
    assert.ok(['Paris', 'Rome'].includes(JSON.parse(answer.choices[0].message.content).city));
  });

  test('the response beside the answer', async () => {
    const { data, response } = await completions.create(asked).withResponse();
    assert.ok(data.id.startsWith('chatcmpl-'));
    assert.equal(response.status, 200);
    assert.ok(response.headers.get('x-request-id'));
  });

  test('headers and a query of the caller', async () => {
    const options = { headers: { 'x-mine': '1' }, query: { trace: 'yes' } };
    assert.ok((await completions.create(asked, options)).choices[0].message.content);
  });

  test('a stream that the caller leaves', async () => {
    const stream = await completions.create({ ...asked, stream: true });
    for await (const _ of stream) break;
    assert.ok(stream.controller.signal.aborted);
    assert.ok((await completions.create(asked)).id);
  });

  test('a refusal is the error of its status, with the parameter', async () => {
    await assert.rejects(completions.create({ ...asked, temperature: 3 }), (error) => {
      assert.ok(error instanceof BadRequestError);
      assert.match(error.message, /temperature must be between 0 and 2/);
      return true;
    });
    await assert.rejects(completions.create({ ...asked, model: 'no-such-model' }), NotFoundError);
    await assert.rejects(completions.create({ ...asked, stream: true, top_p: 2 }), BadRequestError);
  });

  test('models', async () => {
    const { data } = await client.models.list();
    assert.ok(data.some(({ id }) => id === MODEL));
    assert.equal((await client.models.retrieve(MODEL)).id, MODEL);
  });
}

/** The older completions, which Groq's client lacks. */
export function completionScenarios(client) {
  test('an older completion, whole and streamed', async () => {
    const fields = { model: MODEL, prompt: 'Once upon a time', max_tokens: 8, temperature: 0 };
    const whole = await client.completions.create(fields);
    assert.equal(whole.object, 'text_completion');
    let text = '';
    for await (const { choices } of await client.completions.create({ ...fields, stream: true })) {
      text += choices[0]?.text ?? '';
    }
    assert.equal(text, whole.choices[0].text);
    assert.ok(text.length > 0);
  });
}

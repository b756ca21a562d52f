import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Client } from '../http/client.ts';
import { gatherWhole } from '../http/gather.ts';
import { ADD, ASK_WEATHER, checkCall, TICKET, WEATHER } from './tools.ts';

const CITY = {
  type: 'json_schema',
  json_schema: {
    name: 'city',
    strict: true,
    schema: {
      type: 'object',
      properties: { city: { enum: ['Paris', 'Rome'] } },
      required: ['city'],
      additionalProperties: false,
    },
  },
};

export function toolCalls(client: Client): void {
  test('arguments are valid for the schema, however they are drawn', async () => {
    const fields = {
      ...ASK_WEATHER,
      tools: [WEATHER, ADD],
      tool_choice: 'required',
      temperature: 1.5,
      n: 8,
      seed: 5,
    };
    const { choices } = await client.stream(fields);
    assert.equal(choices.length, 8);
    for (const { calls, finishReason } of choices.filter((choice) => choice.finishReason !== 'length')) {
      assert.equal(finishReason, 'tool_calls');
      assert.ok(calls.length > 0);
      for (const call of calls) checkCall(call);
    }
    assert.ok(choices.some(({ finishReason }) => finishReason === 'tool_calls'));
  });

  test('ids are unique, in one answer and between answers', async () => {
    const fields = { ...ASK_WEATHER, tools: [WEATHER], tool_choice: 'required', n: 4 };
    const answers = await Promise.all([client.answer(fields), client.answer(fields), client.stream(fields)]);
    const ids = answers
      .flatMap((answer) => ('usage' in answer ? gatherWhole(answer) : answer.choices))
      .flatMap(({ calls }) => calls.map(({ id }) => id));
    assert.ok(ids.length >= 12);
    assert.equal(new Set(ids).size, ids.length);
  });

  test('one call where calls may not be parallel', async () => {
    const fields = { ...ASK_WEATHER, tools: [ADD], tool_choice: 'required', temperature: 1.4, n: 6, seed: 2 };
    const { choices } = await client.stream({ ...fields, parallel_tool_calls: false });
    assert.ok(choices.every(({ calls }) => calls.length === 1));
  });

  test('a tool by name, as its object says', async () => {
    const fields = { ...ASK_WEATHER, tools: [WEATHER, ADD] };
    const named = { type: 'function', function: { name: 'add' } };
    const { choices } = await client.stream({ ...fields, tool_choice: named });
    assert.deepEqual(choices[0]?.calls.map((call) => checkCall(call).name).slice(0, 1), ['add']);
    const allowed = { type: 'allowed_tools', allowed_tools: { mode: 'required', tools: [named] } };
    const { choices: among } = await client.stream({ ...fields, tool_choice: allowed });
    assert.equal(checkCall(among[0]?.calls[0]).name, 'add');
  });

  test('none, and the older words for it', async () => {
    for (const fields of [
      { tools: [WEATHER], tool_choice: 'none' },
      { functions: [WEATHER.function], function_call: 'none' },
    ]) {
      const { message } = (await client.answer({ ...ASK_WEATHER, ...fields })).choices[0] ?? {};
      assert.ok(message && message.tool_calls === undefined && message.function_call === undefined);
    }
  });

  test('a custom tool gets its text', async () => {
    const { choices } = await client.stream({ ...ASK_WEATHER, tools: [TICKET], tool_choice: 'required' });
    checkCall(choices[0]?.calls[0]);
  });

  test('calls that follow each other come by index', async () => {
    // An answer that may not end yet, and may hold nothing but calls, has several of them.
    const fields = {
      ...ASK_WEATHER,
      tools: [WEATHER, ADD],
      tool_choice: 'required',
      min_completion_tokens: 60,
    };
    const { choices, chunks } = await client.stream({ ...fields, max_completion_tokens: 200 });
    const [choice] = choices;
    assert.ok((choice?.calls.length ?? 0) > 1);
    for (const call of choice?.calls.slice(0, -1) ?? []) checkCall(call);
    const indexes = chunks.flatMap(
      ({ choices: [each] }) => each?.delta.tool_calls?.map(({ index }) => index) ?? [],
    );
    assert.deepEqual(
      indexes,
      indexes.toSorted((a, b) => a - b),
    );
  });

  test('tools and a form under auto: a call, or text of the form', async () => {
    const fields = {
      tools: [WEATHER],
      response_format: CITY,
      tool_choice: 'auto',
      max_completion_tokens: 120,
    };
    const questions = ['What is the weather in Paris?', 'Hello!', 'Tell me a story.'];
    const streams = await Promise.all(
      questions.map((content) =>
        client.stream({ ...fields, messages: [{ role: 'user', content }], n: 4, temperature: 1.2, seed: 9 }),
      ),
    );
    for (const { content, calls, finishReason } of streams.flatMap(({ choices }) => choices)) {
      assert.notEqual(finishReason, 'length');
      if (calls.length > 0) for (const call of calls) checkCall(call);
      else assert.ok(['Paris', 'Rome'].includes(JSON.parse(content).city));
    }
    const forced = await client.answer({ ...fields, ...ASK_WEATHER, tool_choice: 'required' });
    checkCall(gatherWhole(forced)[0]?.calls[0]);
    const text = await client.answer({ ...fields, ...ASK_WEATHER, tool_choice: 'none' });
    assert.ok(['Paris', 'Rome'].includes(JSON.parse(text.choices[0]?.message.content ?? '').city));
  });

  test('the result of a call is answered', async () => {
    const first = await client.answer({ ...ASK_WEATHER, tools: [WEATHER], tool_choice: 'required' });
    const [choice] = first.choices;
    const id = choice?.message.tool_calls?.[0]?.id;
    const messages = [
      ...ASK_WEATHER.messages,
      choice?.message,
      { role: 'tool', tool_call_id: id, content: '{"temperature": 21}' },
    ];
    const second = await client.answer({ messages, tools: [WEATHER] });
    assert.ok(second.choices[0]?.message.content || second.choices[0]?.message.tool_calls);
    assert.ok(second.usage.prompt_tokens > first.usage.prompt_tokens);
  });
}

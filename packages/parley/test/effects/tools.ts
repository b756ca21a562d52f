import assert from 'node:assert/strict';
import { contentOf, type Effect } from './probe.ts';

const WEATHER = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'Weather of a city',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string', maxLength: 20 } },
      required: ['city'],
      additionalProperties: false,
    },
  },
} as const;
const ADD = {
  type: 'function',
  function: {
    name: 'add',
    parameters: {
      type: 'object',
      properties: { a: { type: 'integer', maximum: 9 }, b: { type: 'integer', maximum: 9 } },
      required: ['a', 'b'],
      additionalProperties: false,
    },
  },
} as const;
const ASK = {
  messages: [{ role: 'user', content: 'What is the weather in Paris?' }],
  max_completion_tokens: 120,
};
const THINK = { model: 'thinker', max_completion_tokens: 80 };

export const TOOLS: Record<string, Effect> = {
  tools: async (probe) => {
    const { body } = await probe.get({ ...ASK, tools: [WEATHER] });
    const [call] = body.choices[0]?.message.tool_calls ?? [];
    assert.ok(call?.type === 'function');
    assert.equal(call.function.name, 'get_weather');
    assert.deepEqual(Object.keys(JSON.parse(call.function.arguments)), ['city']);
    assert.equal(body.choices[0]?.finish_reason, 'tool_calls');
    const bad = { type: 'function', function: { name: 'f', parameters: { type: 'frob' } } };
    await probe.refuses('tools[0].function.parameters', { tools: [bad] }, /type/);
  },
  tool_choice: async (probe) => {
    const tools = [WEATHER, ADD];
    const named = { type: 'function', function: { name: 'add' } };
    const { body } = await probe.get({ ...ASK, tools, tool_choice: named });
    const [call] = body.choices[0]?.message.tool_calls ?? [];
    assert.ok(call?.type === 'function' && call.function.name === 'add');
    for (const choice of ['required', 'any']) {
      const hello = { messages: [{ role: 'user', content: 'Hello!' }], max_completion_tokens: 120 };
      const forced = await probe.get({ ...hello, tools, tool_choice: choice });
      assert.ok(forced.body.choices[0]?.message.tool_calls?.length);
    }
    const none = await probe.get({ ...ASK, tools, tool_choice: 'none' });
    assert.equal(none.body.choices[0]?.message.tool_calls, undefined);
    await probe.refuses('tool_choice', { tool_choice: 'required' }, /no tools/);
  },
  parallel_tool_calls: async (probe) => {
    const body = {
      tools: [ADD],
      tool_choice: 'required',
      max_completion_tokens: 300,
      temperature: 1.5,
      n: 4,
      seed: 3,
    };
    const one = await probe.get({ ...ASK, ...body, parallel_tool_calls: false });
    assert.ok(one.body.choices.every(({ message }) => message.tool_calls?.length === 1));
  },
  functions: async (probe) => {
    const { body } = await probe.get({ ...ASK, functions: [WEATHER.function] });
    assert.equal(body.choices[0]?.message.function_call?.name, 'get_weather');
    assert.equal(body.choices[0]?.finish_reason, 'function_call');
  },
  function_call: async (probe) => {
    const functions = [WEATHER.function, ADD.function];
    const { body } = await probe.get({ ...ASK, functions, function_call: { name: 'add' } });
    assert.equal(body.choices[0]?.message.function_call?.name, 'add');
    const none = await probe.get({ ...ASK, functions, function_call: 'none' });
    assert.equal(none.body.choices[0]?.message.function_call, undefined);
    await probe.refuses(
      'function_call.name',
      { functions, function_call: { name: 'x' } },
      /no function tool 'x'/,
    );
  },
  reasoning_effort: async (probe) => {
    const [low, high] = await Promise.all([
      probe.get({ ...THINK, reasoning_effort: 'low', ignore_eos: true }),
      probe.get({ ...THINK, reasoning_effort: 'high', ignore_eos: true }),
    ]);
    const thought = (body: typeof low.body) => body.usage?.completion_tokens_details?.reasoning_tokens ?? 0;
    assert.ok(thought(low.body) > 0 && thought(low.body) < thought(high.body));
    assert.ok(contentOf(low.body).length > 0);
    assert.match(low.headers.get('x-parley-parameters') ?? '', /reasoning_effort;emulated/);
    const none = await probe.get({ ...THINK, reasoning_effort: 'none' });
    assert.equal(none.body.choices[0]?.message.reasoning, undefined);
    await probe.refuses('reasoning_effort', { reasoning_effort: 'high' }, /does not reason/);
  },
  include_reasoning: async (probe) => {
    const body = { ...THINK, reasoning_effort: 'low', ignore_eos: true };
    const shown = await probe.get(body);
    const hidden = await probe.get({ ...body, include_reasoning: false });
    assert.ok(shown.body.choices[0]?.message.reasoning);
    assert.equal(shown.body.choices[0]?.message.reasoning_content, shown.body.choices[0]?.message.reasoning);
    assert.equal(hidden.body.choices[0]?.message.reasoning, undefined);
    assert.equal(contentOf(hidden.body), contentOf(shown.body));
  },
};

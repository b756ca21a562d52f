import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import Schema from 'typebox/schema';
import { both, bytesOf, heard, rawText } from './answers.ts';
import { contentOf, type Probe } from './effects/probe.ts';
import { DEEPSEEK, HARMONY, LLAMA, MISTRAL } from './families.fixture.ts';
import { Families } from './families.ts';

const object = (properties: Record<string, object>, more: object = {}) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
  ...more,
});
const fn = (name: string, parameters: object) => ({ type: 'function', function: { name, parameters } });

const WEATHER = fn('get_weather', object({ city: { type: 'string', maxLength: 12 } }));
const ADD = fn('add', object({ a: { type: 'integer', maximum: 9 }, b: { type: 'integer', maximum: 9 } }));
/** With a recursion, alternatives and a name of more than letters. */
const TRIP = fn(
  'plan.trip-v2',
  object(
    { kind: { enum: ['a', 'b', 3] }, first: { $ref: '#/$defs/stop' } },
    {
      $defs: {
        stop: object({
          city: { type: 'string', maxLength: 4 },
          next: { anyOf: [{ $ref: '#/$defs/stop' }, { type: 'null' }] },
        }),
      },
    },
  ),
);
const ASK = [{ role: 'user', content: 'What is the weather in Paris?' }];
const FAMILIES = ['parley-tiny', 'llama', 'mistral', 'deepseek', 'harmony'];

let families: Families;
let probe: Probe;
before(async () => {
  families = await Families.start({
    'parley-tiny': {},
    llama: { template: LLAMA },
    mistral: { template: MISTRAL },
    deepseek: { template: DEEPSEEK },
    harmony: { template: HARMONY },
  });
  probe = families.probe;
});
after(() => families[Symbol.asyncDispose]());

for (const model of FAMILIES) {
  test(`${model}: calls stream as they are, and their arguments are valid`, async () => {
    let complete = 0;
    for (const [seed, tools] of [[WEATHER, ADD], [TRIP]].entries()) {
      const asked = { model, messages: ASK, tools, tool_choice: 'required', parallel_tool_calls: false };
      const { body } = await both(probe, {
        ...asked,
        temperature: 1.5,
        n: 3,
        seed,
        max_completion_tokens: 200,
      });
      for (const choice of body.choices) {
        const { content, calls, finish } = heard(choice);
        assert.equal(content, '');
        if (finish === 'length') continue;
        assert.deepEqual([finish, calls.length], ['tool_calls', 1]);
        const tool = tools.find((one) => one.function.name === calls[0]?.name);
        assert.ok(tool && Schema.Check(tool.function.parameters, JSON.parse(calls[0]?.input ?? '')));
        complete++;
      }
    }
    assert.ok(complete >= 3);
  });

  test(`${model}: where no tool may be called, nothing is, and nothing looks like it`, async () => {
    const asked = { model, messages: ASK, tools: [WEATHER], tool_choice: 'none' };
    const { body } = await both(probe, {
      ...asked,
      temperature: 1.5,
      n: 4,
      seed: 1,
      max_completion_tokens: 30,
    });
    for (const choice of body.choices) {
      const { content, calls } = heard(choice);
      assert.equal(calls.length, 0);
      assert.doesNotMatch(content, /^<tool_call>|\[TOOL_CALLS\]|<｜tool▁call|to=functions|^\s*\{\s*"name"/);
    }
  });

  test(`${model}: a call that the limit cuts is a call without an end, or nothing`, async () => {
    for (let limit = 1; limit < 40; limit += 3) {
      const asked = { model, messages: ASK, tools: [WEATHER], tool_choice: 'required' };
      const { body } = await probe.get({ ...asked, max_completion_tokens: limit, return_token_ids: true });
      const { content, calls, finish, tokenIds } = heard(body.choices[0]!);
      assert.equal(content, '');
      const isNamed = /get_weather["<{\s]/.test(await rawText(probe, tokenIds));
      assert.deepEqual(calls[0]?.name, isNamed ? 'get_weather' : undefined);
      if (calls.length === 0) assert.equal(finish, 'length');
    }
  });

  test(`${model}: all at once`, async () => {
    const form = { type: 'json_schema', json_schema: { name: 'x', schema: object({ yes: { const: 1 } }) } };
    const { body } = await both(probe, {
      ...{ model, messages: ASK, tools: [WEATHER], response_format: form, stop: ['\u2603'] },
      ...{
        n: 4,
        seed: 4,
        temperature: 1.5,
        logprobs: true,
        top_logprobs: 1,
        min_tokens: 3,
        ignore_eos: true,
      },
      ...{ max_completion_tokens: 60, prediction: { type: 'content', content: '{"yes": 1}' } },
    });
    for (const choice of body.choices) {
      const { content, calls, finish } = heard(choice);
      assert.ok(content === '' || calls.length === 0);
      if (content !== '' && finish === 'stop') assert.deepEqual(JSON.parse(content), { yes: 1 });
      assert.equal(bytesOf(choice.logprobs), content);
    }
  });
}

test('the model is not told of tools that it must not call', async () => {
  const told = await probe.get({ messages: ASK, tools: [WEATHER], max_completion_tokens: 1 });
  const legacy = { functions: [WEATHER.function], max_completion_tokens: 1, messages: ASK };
  const bodies = [
    { tools: [WEATHER], tool_choice: 'none', messages: ASK, max_completion_tokens: 1 },
    { ...legacy, function_call: 'none' },
    { ...legacy, tool_choice: 'none' },
  ];
  for (const body of bodies) {
    const { usage } = (await probe.get(body)).body;
    assert.ok((usage?.prompt_tokens ?? 0) < (told.body.usage?.prompt_tokens ?? 0));
  }
});

test('a stop token within a call ends it without asking for it', async () => {
  const { body } = await probe.get({
    ...{ messages: ASK, tools: [WEATHER], tool_choice: 'required', max_completion_tokens: 60 },
    return_token_ids: true,
  });
  const ids = body.choices[0]?.token_ids ?? [];
  const cut = { tool_choice: 'required', stop_token_ids: [ids[ids.length - 6]], max_completion_tokens: 60 };
  const reply = await probe.get({ messages: ASK, tools: [WEATHER], ...cut });
  const { finish, calls } = heard(reply.body.choices[0]!);
  assert.deepEqual([finish, calls[0]?.name], ['stop', 'get_weather']);
});

test('64 tools, of which one is named', async () => {
  const tools = Array.from({ length: 64 }, (_, i) => fn(`t${i}`, object({ x: { const: i } })));
  const named = { type: 'function', function: { name: 't63' } };
  const short = '{% if tools %}{{ tools | length }}{% endif %}{{ messages[0].content }}';
  const many = await Families.start({ many: { template: short, toolFormat: 'hermes' } });
  try {
    const asked = { model: 'many', tools, messages: ASK, max_completion_tokens: 60 };
    const { body } = await many.probe.get({ ...asked, tool_choice: named });
    assert.deepEqual(heard(body.choices[0]!).calls, [{ kind: 'function', name: 't63', input: '{"x": 63}' }]);
  } finally {
    await many[Symbol.asyncDispose]();
  }
});

test('what cannot be is refused, and named', async () => {
  const strict = { ...WEATHER, function: { ...WEATHER.function, strict: true } };
  const open = { type: 'object', properties: { a: { type: 'string' } } };
  const loose = { ...strict, function: { ...strict.function, parameters: open } };
  await probe.get({ messages: ASK, tools: [strict], max_completion_tokens: 1 });
  await probe.refuses(
    'tools[1].function.parameters',
    { tools: [ADD, loose] },
    /additionalProperties.*strict/,
  );
  await probe.refuses('functions[0].parameters', { functions: [loose.function] }, /strict/);
  await probe.refuses('tools[0].function.parameters', { tools: [fn('f', { type: 'string' })] }, /No value/);
  await probe.refuses('tools', { tools: [ADD], use_beam_search: true }, /use_beam_search/);
  await probe.refuses('function_call', { tools: [ADD], function_call: 'none' }, /tool_choice/);
  const either = { functions: [ADD.function], tool_choice: 'none', function_call: 'auto' };
  await probe.refuses('tool_choice', either, /contradict/);
});

test('the older form has the older names, whole and streamed', async () => {
  const asked = { messages: ASK, functions: [WEATHER.function], max_completion_tokens: 60 };
  const whole = await probe.get(asked);
  const { chunks } = await probe.get({ ...asked, stream: true });
  const deltas = chunks.flatMap(({ choices }) => choices[0]?.delta.function_call ?? []);
  const call = { name: 'get_weather', arguments: deltas.map(({ arguments: text }) => text).join('') };
  assert.deepEqual(whole.body.choices[0]?.message.function_call, call);
  assert.deepEqual(JSON.parse(call.arguments), { city: 'Paris' });
  assert.equal(contentOf(whole.body), '');
});

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { both, bytesOf, heard } from './answers.ts';
import { type Probe, promptTokens, type Reply } from './effects/probe.ts';
import { DEEPSEEK, HARMONY, HARMONY_THINKER, QWEN3, THINKER } from './families.fixture.ts';
import { Families } from './families.ts';

const ASK = [{ role: 'user', content: 'What is the weather in Paris?' }];
const LONG = { messages: ASK, max_completion_tokens: 60, ignore_eos: true };
const NUMBER = {
  type: 'json_schema',
  json_schema: {
    name: 'number',
    schema: {
      type: 'object',
      properties: { a: { type: 'integer', minimum: 0, maximum: 5 } },
      required: ['a'],
      additionalProperties: false,
    },
  },
};
const WEATHER = {
  type: 'function',
  function: {
    name: 'get_weather',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string', maxLength: 9 } },
      required: ['city'],
    },
  },
};

let families: Families;
let probe: Probe;
before(async () => {
  families = await Families.start({
    'parley-tiny': {},
    thinker: { template: THINKER },
    'harmony-thinker': { template: HARMONY_THINKER },
    qwen: { template: QWEN3 },
    deepseek: { template: DEEPSEEK },
    harmony: { template: HARMONY },
  });
  probe = families.probe;
});
after(() => families[Symbol.asyncDispose]());

const thought = ({ body }: Reply) => body.usage?.completion_tokens_details?.reasoning_tokens ?? 0;
const changes = ({ headers }: Reply) => headers.get('x-parley-parameters');
const answer = ({ body }: Reply) => heard(body.choices[0]!);

for (const model of ['thinker', 'harmony-thinker']) {
  test(`${model}: an effort that the template does not know is a budget`, async () => {
    const counts: number[] = [];
    for (const effort of ['minimal', 'low', 'medium']) {
      const reply = await both(probe, { ...LONG, model, reasoning_effort: effort, logprobs: true });
      assert.equal(changes(reply), 'reasoning_effort;emulated');
      const [choice] = reply.body.choices;
      const { reasoning, content } = answer(reply);
      assert.equal(bytesOf(choice?.reasoning_logprobs ?? null), reasoning);
      assert.equal(bytesOf(choice?.logprobs ?? null), content);
      counts.push(thought(reply));
    }
    assert.deepEqual([counts[0], counts[1]], [6, 12]);
    assert.ok((counts[2] ?? 0) >= 12 && (counts[2] ?? 0) <= 30);
  });

  test(`${model}: the form and the calls come behind the reasoning`, async () => {
    const short = {
      ...LONG,
      model,
      reasoning_effort: 'minimal',
      max_completion_tokens: 120,
      ignore_eos: false,
    };
    const form = answer(await both(probe, { ...short, response_format: NUMBER }));
    assert.ok(form.reasoning !== '' && JSON.parse(form.content).a <= 5);
    const call = answer(await both(probe, { ...short, tools: [WEATHER], tool_choice: 'required' }));
    assert.ok(call.reasoning !== '' && call.content === '');
    assert.equal(call.calls[0]?.name, 'get_weather');
  });

  test(`${model}: nothing is thought where that is not wanted`, async () => {
    for (const wish of [{ reasoning_effort: 'none' }, { disable_reasoning: true }]) {
      const reply = await both(probe, { ...LONG, model, ...wish });
      assert.deepEqual([answer(reply).reasoning, thought(reply)], ['', 0]);
      assert.equal(changes(reply), `${Object.keys(wish)[0]};emulated`);
    }
  });

  test(`${model}: where it is told`, async () => {
    const asked = { ...LONG, model, reasoning_effort: 'low', logprobs: true };
    const parsed = await both(probe, { ...asked, reasoning_format: 'parsed' });
    const { reasoning, content } = answer(parsed);
    for (const same of ['text_parsed', 'none']) {
      const reply = await probe.get({ ...asked, reasoning_format: same, return_token_ids: true });
      assert.deepEqual(answer(reply), answer(parsed));
    }
    for (const hidden of [{ reasoning_format: 'hidden' }, { include_reasoning: false }]) {
      const reply = await both(probe, { ...asked, ...hidden });
      assert.deepEqual([answer(reply).reasoning, answer(reply).content], ['', content]);
      assert.equal(reply.body.choices[0]?.reasoning_logprobs, undefined);
      assert.equal(thought(reply), thought(parsed));
    }
    const raw = await both(probe, { ...asked, reasoning_format: 'raw' });
    const [before, marks, behind] =
      model === 'thinker' ? ['<think>\n', '</think>', content] : ['', '', content];
    assert.ok(answer(raw).content.startsWith(before + reasoning) && answer(raw).content.endsWith(behind));
    assert.ok(answer(raw).content.includes(marks));
    assert.deepEqual([answer(raw).reasoning, thought(raw)], ['', thought(parsed)]);
  });

  test(`${model}: a stop string counts in the text, and in reasoning that is a part of it`, async () => {
    const asked = { ...LONG, model, reasoning_effort: 'low' };
    const { reasoning } = answer(await probe.get(asked));
    const stop = reasoning.trim().slice(4, 7);
    assert.equal(answer(await both(probe, { ...asked, stop })).reasoning, reasoning);
    const raw = answer(await both(probe, { ...asked, stop, reasoning_format: 'raw' }));
    assert.ok(raw.finish === 'stop' && !raw.content.includes(stop));
  });
}

test('templates that turn reasoning off themselves do so', async () => {
  for (const model of ['qwen', 'deepseek']) {
    const off = await both(probe, { ...LONG, model, disable_reasoning: true });
    assert.deepEqual([answer(off).reasoning, changes(off)], ['', null]);
  }
  const on = await both(probe, { ...LONG, model: 'deepseek', disable_reasoning: false });
  assert.ok(answer(on).reasoning !== '');
  const told = await probe.get({ ...LONG, model: 'harmony', reasoning_effort: 'high' });
  assert.equal(changes(told), null);
});

test('reasoning of earlier turns', async () => {
  const messages = [
    { role: 'user', content: 'Hello!' },
    { role: 'assistant', content: 'Hi', reasoning: 'one two three four' },
    ...ASK,
  ];
  const count = async (more: object) =>
    promptTokens(await probe.get({ messages, max_completion_tokens: 1, model: 'qwen', ...more }));
  const [usual, kept, cleared] = [
    await count({}),
    await count({ clear_thinking: false }),
    await count({ clear_thinking: true }),
  ];
  assert.ok(kept > usual && cleared === usual);
  const lost = await probe.get({ messages, max_completion_tokens: 1, clear_thinking: false });
  assert.equal(changes(lost), 'messages[].reasoning;ignored, clear_thinking;ignored');
});

test('an answer goes on within a thought, and behind it', async () => {
  const go = (content: unknown, model = 'qwen') =>
    both(probe, {
      ...{ ...LONG, model, continue_final_message: true, add_generation_prompt: false },
      messages: [
        { role: 'user', content: 'What is <think>?' },
        { role: 'assistant', content },
      ],
    });
  const part = { type: 'thinking', thinking: 'I think', closed: false };
  const open = answer(await go('<think>\nI think'));
  assert.ok(open.reasoning !== '');
  assert.deepEqual(answer(await go([part])), open);
  assert.ok(answer(await go([part], 'harmony')).reasoning !== '');
  for (const content of ['It', '<think>\nI think</think> It'])
    assert.equal(answer(await go(content)).reasoning, '');
});

test('wishes that contradict each other, and what a model cannot do', async () => {
  const thinker = { model: 'thinker', messages: ASK };
  const conflicts: [string, object][] = [
    ['disable_reasoning', { disable_reasoning: true, reasoning_effort: 'high' }],
    ['disable_reasoning', { disable_reasoning: false, reasoning_effort: 'none' }],
    ['include_reasoning', { include_reasoning: false, reasoning_format: 'raw' }],
    ['include_reasoning', { include_reasoning: true, reasoning_format: 'hidden' }],
    ['reasoning_format', { reasoning_format: 'raw', response_format: NUMBER }],
  ];
  for (const [param, wish] of conflicts)
    await probe.refuses(param, { ...thinker, ...wish }, /contradict|'raw'/);
  const told = { model: 'qwen', reasoning_effort: 'low', chat_template_kwargs: { enable_thinking: false } };
  await probe.refuses('chat_template_kwargs.enable_thinking', told, /contradict/);
  await probe.refuses('reasoning_effort', { reasoning_effort: 'low' }, /does not reason/);
  await probe.refuses(
    'reasoning_effort',
    { ...thinker, reasoning_effort: 'low', use_beam_search: true },
    /beam/,
  );
  const neutral = {
    reasoning_effort: 'none',
    disable_reasoning: true,
    include_reasoning: false,
    reasoning_format: 'hidden',
  };
  assert.equal(changes(await probe.get(neutral)), null);
});

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { heard, rawText } from './answers.ts';
import { type Probe, promptTokens } from './effects/probe.ts';
import { DEEPSEEK, HARMONY, LLAMA, MISTRAL, PARTS, QWEN3, ROLES } from './families.fixture.ts';
import { Families } from './families.ts';

let families: Families;
let probe: Probe;
before(async () => {
  families = await Families.start({
    'parley-tiny': {},
    roles: { template: ROLES },
    parts: { template: PARTS },
    qwen: { template: QWEN3 },
    llama: { template: LLAMA },
    mistral: { template: MISTRAL },
    deepseek: { template: DEEPSEEK },
    harmony: { template: HARMONY },
  });
  probe = families.probe;
});
after(() => families[Symbol.asyncDispose]());

type Body = Record<string, unknown>;

/** The prompt that a conversation becomes. */
async function promptOf(model: string, messages: readonly Body[], more: Body = {}): Promise<string> {
  const asked = { model, messages, max_completion_tokens: 1, return_token_ids: true, ...more };
  const { body } = await probe.get(asked);
  return rawText(probe, body.prompt_token_ids ?? []);
}

const USER = { role: 'user', content: 'What is the weather in Paris?' };
const weather = { name: 'get_weather', arguments: '{"city": "Paris"}' };
const call = (id: string, called: Body = weather) => ({ id, type: 'function', function: called });
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

test('every role and form of a message', async () => {
  const prompt = await promptOf('roles', [
    { role: 'developer', content: 'D1' },
    { role: 'system', content: [{ type: 'text', text: 'S1' }, 'S2'] },
    { role: 'user', content: 'U1', name: 'Ann' },
    {
      role: 'assistant',
      content: [
        { type: 'text', text: 'A1' },
        { type: 'refusal', refusal: 'A2' },
      ],
    },
    { role: 'assistant', content: null, refusal: 'A3' },
    { role: 'assistant', reasoning_content: 'R1', content: 'A4' },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'R2' },
        { type: 'text', text: 'A5' },
      ],
    },
    { role: 'critic', content: ['C1', { type: 'text', text: 'C2' }], reasoning: 'R3' },
    { author: { role: 'user', name: 'Bob' }, content: [{ type: 'text', text: 'H1' }] },
    { author: { role: 'assistant' }, channel: 'analysis', content: 'R4' },
    { author: { role: 'assistant' }, channel: 'final', content: 'H2', recipient: 'all' },
  ]);
  assert.equal(
    prompt,
    '[system]D1[system]S1\nS2[user:Ann]U1[assistant]A1\nA2[assistant]A3[assistant]<R1>A4[assistant]<R2>A5' +
      '[critic]<R3>C1\nC2[user:Bob]H1[assistant]<R4>H2',
  );
});

test('a template that knows parts alone is given parts', async () => {
  const [text, list] = [USER, { role: 'user', content: [{ type: 'text', text: USER.content }] }];
  assert.equal(await promptOf('parts', [text]), await promptOf('parts', [list]));
  assert.ok((await promptOf('parts', [text])).includes(USER.content));
});

for (const model of ['parley-tiny', 'qwen', 'llama', 'mistral', 'deepseek', 'harmony']) {
  test(`${model}: calls and their results`, async () => {
    const parts = [{ type: 'text', text: 'twelve' }, 'degrees'];
    const result = { role: 'tool', tool_call_id: 'abcdefghi', content: parts };
    const called = { role: 'assistant', content: null, tool_calls: [call('abcdefghi')] };
    const prompt = await promptOf(model, [USER, called, result]);
    assert.match(prompt, /get_weather[\s\S]*Paris[\s\S]*twelve(?:\n|\\n)degrees/);
    const legacy = await promptOf(model, [
      USER,
      { role: 'assistant', content: null, function_call: weather },
      { role: 'function', name: 'get_weather', content: 'twelve\ndegrees' },
    ]);
    assert.equal(legacy.replace(/call\d{5}/g, 'abcdefghi'), prompt);
    const custom = { id: 'abcdefghi', type: 'custom', custom: { name: 'note', input: 'a "b"' } };
    const noted = await promptOf(model, [USER, { role: 'assistant', tool_calls: [custom] }, result]);
    assert.match(noted, /note[\s\S]*\{"input": "a \\"b\\""\}/);
  });
}

test('results without a call, and messages without a text', async () => {
  const alone = await promptOf('parley-tiny', [USER, { role: 'tool', tool_call_id: 'x', content: 'twelve' }]);
  assert.match(alone, /<tool_response>\ntwelve/);
  const empty = await promptOf('roles', [
    USER,
    { role: 'assistant', content: null },
    { role: 'function', name: 'f', content: null },
  ]);
  assert.equal(empty, `[user]${USER.content}[assistant][tool:f]`);
  const two = [call('a'), call('b')];
  const refused = { model: 'llama', messages: [USER, { role: 'assistant', tool_calls: two }] };
  await probe.refuses('messages', refused, /One tool call at once/);
});

test('tools of messages are tools of the request', async () => {
  const critic = (...tools: object[]) => ({ role: 'critic', content: 'x', tools });
  const asked = { model: 'roles', tool_choice: 'required', max_completion_tokens: 60 };
  const brought = await probe.get({ ...asked, messages: [critic(WEATHER), USER] });
  assert.equal(heard(brought.body.choices[0]!).calls[0]?.name, 'get_weather');
  assert.equal(brought.headers.get('x-parley-parameters'), 'messages[0].tools;translated');
  const { type: _left, ...untyped } = WEATHER;
  const again = await probe.get({ ...asked, messages: [critic(untyped, WEATHER), USER], tools: [WEATHER] });
  assert.equal(promptTokens(again), promptTokens(brought));
  const other = { type: 'function', function: { name: 'get_weather' } };
  await probe.refuses(
    'messages[0].tools[1].function.name',
    { ...asked, messages: [critic(WEATHER, other), USER] },
    /messages\[0\]\.tools\[0\] defines/,
  );
  const wrong = { type: 'function', function: { name: 'f', parameters: { type: 'frob' } } };
  const place = 'messages[1].tools[0].function.parameters';
  await probe.refuses(
    place,
    { ...asked, messages: [USER, critic(wrong)], tools: [WEATHER] },
    /^messages\[1\]/,
  );
  const response = await fetch(`${probe.url}/tokenize`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'roles', messages: [critic(WEATHER), USER] }),
  });
  assert.equal(JSON.parse(await response.text()).count, promptTokens(brought));
});

test('a Harmony conversation reaches a model that writes Harmony', async () => {
  const prompt = await promptOf('harmony', [
    { author: { role: 'developer' }, content: 'Be brief.' },
    { author: { role: 'user' }, content: 'Weather?' },
    { author: { role: 'assistant' }, channel: 'analysis', content: 'They want it.' },
    {
      ...{ author: { role: 'assistant' }, channel: 'commentary', recipient: 'functions.get_weather' },
      ...{ content: '{"city": "Paris"}', content_type: '<|constrain|>json' },
    },
    { author: { role: 'tool', name: 'functions.get_weather' }, channel: 'commentary', content: 'twelve' },
  ]);
  assert.match(
    prompt,
    /analysis<\|message\|>They want it\.[\s\S]*to=functions\.get_weather[\s\S]*"twelve"<\|end\|><\|start\|>assistant$/,
  );
});

test('media are refused by their place, with the models that take them', async () => {
  const parts: Body[] = [
    { type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } },
    { type: 'image', image: 'AA' },
    { type: 'input_audio', input_audio: { data: 'AA', format: 'wav' } },
    { type: 'audio_url', audio_url: { url: 'http://127.0.0.1/a' } },
    { type: 'video_url', video_url: { url: 'http://127.0.0.1/v' } },
    { type: 'file', file: { file_id: 'f' } },
    { type: 'image_embeds', image_embeds: 'AA' },
    { type: 'audio_embeds', audio_embeds: { a: 'AA' } },
    { image_url: 'http://127.0.0.1/i' },
    { audio_url: 'http://127.0.0.1/a' },
    { video_url: 'http://127.0.0.1/v' },
  ];
  for (const part of parts) {
    const messages = [USER, { role: 'user', content: ['look', part] }];
    await probe.refuses('messages[1].content[1]', { messages }, /does not take.*No model of this server can/);
  }
});

test('a final message with calls cannot be continued, nor one that begins a call', async () => {
  const go = { continue_final_message: true, add_generation_prompt: false, tools: [WEATHER] };
  for (const last of [
    { role: 'assistant', content: 'Well', tool_calls: [call('a')] },
    { role: 'assistant', content: 'Well <tool_call>\n{"name": "get_w' },
  ]) {
    await probe.refuses('continue_final_message', { ...go, messages: [USER, last] }, /call/);
  }
  const none = {
    ...go,
    tool_choice: 'none',
    messages: [USER, { role: 'assistant', content: 'The <tool_call> tag' }],
  };
  assert.equal((await probe.get(none)).status, 200);
});

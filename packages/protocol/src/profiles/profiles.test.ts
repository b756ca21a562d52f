import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CHAT_PARAMETER_NAMES,
  checkProfile,
  PROFILES,
  type Profile,
  parseChatCompletion,
  parseCompletion,
  SURFACE_NAMES,
} from '../index.ts';
import { refusal } from '../refusal.test.fixture.ts';
import { VALID_VALUES } from '../valid-forms.test.fixture.ts';

const least = { model: 'm', messages: [{ role: 'user', content: 'Hi' }] };

function profile(name: Profile['name']): Profile {
  const found = PROFILES.find((each) => each.name === name);
  assert.ok(found);
  return found;
}

const refused = (name: Profile['name'], body: object) =>
  refusal((value) => checkProfile(profile(name), profile(name).chat, value), body);
const accepts = (name: Profile['name'], body: object) =>
  checkProfile(profile(name), profile(name).chat, body);

/** How many body parameters the references document, and how many the published clients add. */
const COUNTS = { cerebras: [25, 6], lightcone: [54, 1], atoma: [23, 1] } as const;
const SOURCES = {
  cerebras: ['cerebras-sdk', 'cerebras-rest'],
  lightcone: ['tzafon'],
  atoma: ['atoma'],
} as const;

for (const each of PROFILES) {
  const { name, chat, completions } = each;
  const names = Object.keys(chat.parameters);

  test(`${name}: every documented name is there, and this server knows it`, () => {
    const sources: readonly string[] = SOURCES[name];
    const documented = SURFACE_NAMES.filter(
      ({ where, sources: from }) => where === 'body' && from.some((source) => sources.includes(source)),
    );
    const [count, more] = COUNTS[name];
    assert.deepEqual([documented.length, names.length], [count, count + more]);
    for (const { name: parameter } of documented) assert.ok(names.includes(parameter), parameter);
    for (const parameter of names)
      assert.ok(
        CHAT_PARAMETER_NAMES.some((known) => known === parameter),
        parameter,
      );
  });

  test(`${name}: each documented name is accepted with a value, here and by the parser`, () => {
    for (const parameter of names) {
      const values =
        parameter === 'stream_options' ? [{ include_usage: true }] : (VALID_VALUES[parameter] ?? []);
      const stream = parameter === 'stream_options';
      const bodies = values.map((value) => ({ ...least, ...(stream && { stream }), [parameter]: value }));
      const accepted = bodies.filter((body) => {
        try {
          checkProfile(each, chat, body);
          return true;
        } catch {
          return false;
        }
      });
      assert.ok(accepted.length > 0, parameter);
      for (const body of accepted) parseChatCompletion(body);
      checkProfile(each, chat, { ...least, [parameter]: least[parameter as keyof typeof least] ?? null });
    }
  });

  test(`${name}: every foreign name is refused by name`, () => {
    const foreign = [
      ...CHAT_PARAMETER_NAMES.filter((known) => !names.includes(known)),
      'frobnicate',
      'toString',
    ];
    assert.ok(foreign.length > 20);
    for (const parameter of foreign) {
      const error = refusal((body) => checkProfile(each, chat, body), { ...least, [parameter]: null });
      assert.deepEqual([error.status, error.param, error.code], [400, parameter, 'unsupported_parameter']);
      assert.ok(error.message.includes(parameter) && error.message.includes(each.title), error.message);
    }
  });

  test(`${name}: what is required is missed, also when it is null`, () => {
    for (const parameter of chat.required) {
      for (const body of [
        { ...least, [parameter]: undefined },
        { ...least, [parameter]: null },
      ]) {
        const error = refusal((value) => checkProfile(each, chat, value), body);
        assert.deepEqual([error.param, error.code], [parameter, 'missing_required_parameter']);
      }
    }
  });

  if (completions === undefined) continue;
  test(`${name}: legacy completions take their own names`, () => {
    const body = { model: 'm', prompt: 'a', echo: true, temperature: 1, stop: ['a'] };
    checkProfile(each, completions, body);
    parseCompletion(body);
    for (const parameter of ['messages', 'top_k', 'parley']) {
      assert.equal(
        refusal((value) => checkProfile(each, completions, value), { ...body, [parameter]: 1 }).param,
        parameter,
      );
    }
  });
}

test('Cerebras: ranges and forms', () => {
  for (const temperature of [0, 1.5, null]) accepts('cerebras', { ...least, temperature });
  const hot = refused('cerebras', { ...least, temperature: 1.6 });
  assert.deepEqual(
    [hot.param, hot.message],
    ['temperature', 'temperature must be between 0 and 1.5, got 1.6.'],
  );
  for (const [key, value] of [
    ['service_tier', 'scale'],
    ['reasoning_effort', 'minimal'],
    ['response_format', { type: 'structural_tag', format: {} }],
    ['tool_choice', 'any'],
    ['tools', [{ type: 'custom', custom: { name: 'f' } }]],
    ['stream_options', { continuous_usage_stats: true }],
  ] as const) {
    assert.match(refused('cerebras', { ...least, [key]: value }).param ?? '', new RegExp(`^${key}`));
  }
  const parts = [{ type: 'text', text: 'a' }];
  const system = refused('cerebras', { ...least, messages: [{ role: 'system', content: parts }] });
  assert.deepEqual([system.param, system.code], ['messages[0].content', 'invalid_type']);
  accepts('cerebras', { ...least, messages: [{ role: 'user', content: parts }] });
  const critic = refused('cerebras', { ...least, messages: [{ role: 'critic', content: 'a' }] });
  assert.equal(critic.param, 'messages[0].role');
  assert.match(critic.message, /"system", "developer", "user", "assistant" or "tool"/);
});

test('Lightcone: the model may be left out, every form of a message is taken', () => {
  accepts('lightcone', { messages: VALID_VALUES.messages?.[1] });
  accepts('lightcone', { messages: least.messages, stream_options: { continuous_usage_stats: true } });
  for (const [key, value] of [
    ['reasoning_effort', 'none'],
    ['tool_choice', 'any'],
    ['stream_options', { include_obfuscation: true }],
  ] as const) {
    assert.match(refused('lightcone', { ...least, [key]: value }).param ?? '', new RegExp(`^${key}`));
  }
});

test("Atoma: the reference's own example is taken, and what it does not have is not", () => {
  const getWeather = { name: 'get_current_weather', parameters: { type: 'object' } };
  accepts('atoma', {
    ...least,
    frequency_penalty: 0,
    functions: [getWeather],
    logit_bias: { 1234567890: 0.5 },
    max_completion_tokens: 4096,
    service_tier: 'auto',
    stop: ['json(["stop", "halt"])'],
    tools: [{ function: getWeather, type: 'function' }],
    top_logprobs: 1,
    top_p: 1,
    user: 'user-1234',
  });
  for (const [key, value] of [
    ['stop', 'a'],
    ['service_tier', 'flex'],
    ['tool_choice', 'required'],
    ['top_k', 5],
  ] as const) {
    assert.equal(refused('atoma', { ...least, [key]: value }).param, key);
  }
});

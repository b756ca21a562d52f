import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CHAT_PARAMETER_NAMES,
  ChatCompletionRequest,
  parseChatCompletion,
  parseCompletion,
  type ReportEntry,
} from './index.ts';
import { branches, jsonSchema } from './json-schema.ts';
import { CONFLICT, refusal } from './refusal.test.fixture.ts';

const messages = [{ role: 'user', content: 'Hello' }];
const parley = { unsupported: 'report' };

const short = (changes: readonly ReportEntry[]) =>
  changes.map(({ name, change, sent, used }) => [name, change, sent, used]);

test('numbers out of range are brought into range and told', () => {
  const body = { temperature: 2.5, logprobs: true, top_logprobs: 25, n: 1000, max_tokens: 0, min_p: -1 };
  const { request, changes, lenient } = parseChatCompletion({ messages, ...body, parley });
  assert.deepEqual(request, {
    messages,
    parley,
    temperature: 2,
    logprobs: true,
    top_logprobs: 20,
    n: 128,
    max_tokens: 1,
    min_p: 0,
  });
  assert.deepEqual(short(changes), [
    ['temperature', 'clamped', 2.5, 2],
    ['top_logprobs', 'clamped', 25, 20],
    ['n', 'clamped', 1000, 128],
    ['max_tokens', 'clamped', 0, 1],
    ['min_p', 'clamped', -1, 0],
  ]);
  assert.equal(changes[0]?.detail, 'temperature must be between 0 and 2: 2 was used in place of 2.5.');
  assert.equal(lenient, true);
});

/** The bounds of a parameter that is a number, each with a number beyond it. */
function bounds(name: (typeof CHAT_PARAMETER_NAMES)[number]): (readonly [number, number])[] {
  return branches(jsonSchema(ChatCompletionRequest.properties[name])).flatMap(({ minimum, maximum }) => [
    ...(minimum === undefined ? [] : [[minimum, minimum - 5] as const]),
    ...(maximum === undefined ? [] : [[maximum, maximum * 3] as const]),
  ]);
}

test('every numeric parameter is clamped to the bounds of its own schema', () => {
  const bounded = CHAT_PARAMETER_NAMES.filter((name) => bounds(name).length > 0);
  assert.ok(bounded.length >= 14);
  for (const name of bounded) {
    for (const [bound, beyond] of bounds(name)) {
      const strict = refusal(parseChatCompletion, { messages, logprobs: true, [name]: beyond });
      assert.deepEqual([strict.param, strict.code], [name, 'out_of_range']);
      const { request, changes } = parseChatCompletion({ messages, logprobs: true, [name]: beyond, parley });
      assert.equal(request[name], bound, name);
      assert.deepEqual(short(changes), [[name, 'clamped', beyond, bound]]);
    }
  }
});

test('what has no nearest valid number stays a 400', () => {
  for (const [name, value, code] of [
    ['top_p', 0, 'out_of_range'],
    ['repetition_penalty', -1, 'out_of_range'],
    ['n', 500.5, 'invalid_type'],
    ['temperature', 'hot', 'invalid_type'],
    ['temperature', Number.POSITIVE_INFINITY, 'invalid_value'],
    ['stop', ['a', 'b', 'c', 'd', 'e'], 'out_of_range'],
    ['logit_bias', { 5: 101 }, 'out_of_range'],
  ] as const) {
    assert.equal(refusal(parseChatCompletion, { messages, [name]: value, parley }).code, code, name);
  }
});

test('top_logprobs without logprobs is left out when lenient, or when a profile says so', () => {
  const body = { messages, top_logprobs: 1 };
  assert.equal(refusal(parseChatCompletion, body).code, CONFLICT);
  for (const parsed of [
    parseChatCompletion({ ...body, parley }),
    parseChatCompletion(body, { dropLoneTopLogprobs: true }),
  ]) {
    assert.equal('top_logprobs' in parsed.request, false);
    assert.deepEqual(short(parsed.changes), [['top_logprobs', 'ignored', 1, undefined]]);
  }
  const kept = parseChatCompletion({ ...body, logprobs: true }, { dropLoneTopLogprobs: true });
  assert.deepEqual([kept.request.top_logprobs, kept.changes], [1, []]);
});

test('the body wins over the server, in both directions', () => {
  const hot = { messages, temperature: 3 };
  const report = { unsupported: 'report' } as const;
  assert.equal(parseChatCompletion(hot, report).request.temperature, 2);
  for (const absent of [null, {}, { report: true }, { unsupported: null }]) {
    assert.equal(parseChatCompletion({ ...hot, parley: absent }, report).lenient, true);
  }
  const strict = { ...hot, parley: { unsupported: 'strict' } };
  assert.equal(refusal((body) => parseChatCompletion(body, report), strict).code, 'out_of_range');
  for (const wrong of [3, { unsupported: 'loose' }, { unsupported: 1 }, []]) {
    assert.match(
      refusal((body) => parseChatCompletion(body, report), { messages, parley: wrong }).message,
      /^parley/,
    );
  }
});

test('legacy completions are clamped alike', () => {
  const { request, changes } = parseCompletion({ prompt: 'a', logprobs: 9, best_of: 500, n: 200, parley });
  assert.deepEqual([request.logprobs, request.best_of, request.n], [5, 128, 128]);
  assert.deepEqual(short(changes), [
    ['logprobs', 'clamped', 9, 5],
    ['best_of', 'clamped', 500, 128],
    ['n', 'clamped', 200, 128],
  ]);
});

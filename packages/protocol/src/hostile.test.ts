import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseChatCompletion } from './index.ts';
import { refusal as refusalBy } from './refusal.test.fixture.ts';

const messages = [{ role: 'user', content: 'Hello' }];

const refusal = (body: unknown) => refusalBy(parseChatCompletion, body);

test('numbers that overflow are refused wherever they stand', () => {
  for (const [text, param] of [
    ['{"messages":[{"role":"user","content":"a"}],"temperature":1e999}', 'temperature'],
    ['{"messages":[{"role":"user","content":"a"}],"seed":-1e999}', 'seed'],
    ['{"messages":[{"role":"user","content":"a"}],"metadata":{"a":[1e999]}}', 'metadata.a[0]'],
    ['{"messages":[{"role":"user","content":"a"}],"extra":{"a":[1e999]}}', 'extra.a[0]'],
    ['{"messages":[{"role":"user","content":"a","x":1e999}]}', 'messages[0].x'],
  ] as const) {
    const error = refusal(JSON.parse(text));
    assert.equal(error.param, param);
    assert.match(error.message, /finite number/);
  }
  assert.equal(refusal({ messages, temperature: Number.NaN }).param, 'temperature');
});

test('deep nesting is refused without a stack overflow', () => {
  const deep = (levels: number) => JSON.parse(`${'[{"a":'.repeat(levels / 2)}null${'}]'.repeat(levels / 2)}`);
  parseChatCompletion({ messages, extra: deep(62) });
  assert.match(refusal({ messages, extra: deep(64) }).message, /deeper than 64 levels/);
  assert.match(refusal({ messages, tools: deep(200_000) }).message, /deeper than 64 levels/);
  assert.ok((refusal({ messages: deep(200_000) }).param ?? '').startsWith('messages[0].a[0].a'));
});

test('__proto__ is refused as a key, and nothing is polluted', () => {
  const text = '{"messages":[{"role":"user","content":"a"}],"__proto__":{"stream":true}}';
  assert.equal(refusal(JSON.parse(text)).param, '__proto__');
  const inner = '{"messages":[{"role":"user","content":"a"}],"metadata":{"__proto__":{"x":"y"}}}';
  assert.equal(refusal(JSON.parse(inner)).param, 'metadata.__proto__');
  assert.equal(({} as { stream?: unknown }).stream, undefined);
});

test('inherited keys are no parameters', () => {
  const body = Object.create({ messages });
  assert.match(refusal(body).message, /JSON value/);
});

test('values that JSON does not have are refused', () => {
  for (const value of [new Uint8Array(2), new Map(), new Date(0), 5n, Symbol('x'), () => 1]) {
    const error = refusal({ messages, extra: value });
    assert.deepEqual([error.param, error.code], ['extra', 'invalid_type']);
  }
});

test('long values are shortened in messages', () => {
  const long = 'y'.repeat(10_000_000);
  for (const body of [
    { messages, service_tier: long },
    { messages, temperature: long },
    { messages, seed: long },
    { messages, metadata: { a: long } },
    { messages, stop: { [long]: 1 } },
    { messages, logit_bias: { [long]: 1 } },
  ]) {
    const error = refusal(body);
    assert.ok(error.message.length < 400, `${error.message.length}`);
    assert.ok((error.param ?? '').length < 200);
  }
});

test('large valid bodies pass, and the last fault of a large one is found', () => {
  const many = Array.from({ length: 100_000 }, (_, i) => ({ role: 'user', content: `message ${i}` }));
  assert.equal(parseChatCompletion({ messages: many }).request.messages.length, 100_000);
  assert.equal(
    refusal({ messages: [...many, { role: 'user', content: [5] }] }).param,
    'messages[100000].content[0]',
  );
  const parts = Array.from({ length: 10_000 }, () => ({ type: 'thinking', thinking: 'hm' }));
  const crowded = [...parts, { type: 'x' }].map((_, i, all) => ({
    role: 'user',
    content: i < 5 ? all.slice(0, -1) : 'a',
  }));
  assert.equal(
    refusal({ messages: [...crowded, { role: 'user', content: [...parts, { type: 'x' }] }] }).param,
    `messages[${crowded.length}].content[10000].type`,
  );
  const ids = Array.from({ length: 1_000_000 }, (_, i) => i);
  parseChatCompletion({ messages, allowed_token_ids: ids });
  assert.equal(refusal({ messages, allowed_token_ids: [...ids, -1] }).param, 'allowed_token_ids[1000000]');
  parseChatCompletion({ messages: [{ role: 'user', content: 'é'.repeat(10_000_000) }] });
});

test('lone surrogates are accepted as they are', () => {
  const { request } = parseChatCompletion({ messages: [{ role: 'user', content: 'a\ud800b' }] });
  assert.equal(request.messages[0]?.content, 'a\ud800b');
});

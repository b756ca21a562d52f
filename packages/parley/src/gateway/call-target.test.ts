import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fold } from '../core/fold.ts';
import { UpstreamFailure } from './attempt.ts';
import { callTarget } from './call-target.ts';
import { events, FakeUpstream, json, type Script, streaming } from './fake-upstream.test.support.ts';
import { collect, requestOf, targetOf, testCall, textOf } from './target.test.support.ts';
import { HttpTransport } from './transport/http-transport.ts';

const chunk = (delta: object, finish: string | null = null) => ({
  id: 'up-1',
  object: 'chat.completion.chunk',
  created: 1_700_000_000,
  model: 'their-model',
  choices: [{ index: 0, delta, finish_reason: finish }],
});
const USAGE = { choices: [], usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 } };
const HELLO = events(
  chunk({ role: 'assistant', content: '' }),
  chunk({ content: 'Hel' }),
  chunk({ content: 'lo' }),
  chunk({}, 'stop'),
  USAGE,
);

describe('a call of one target', () => {
  it('asks once, tells the events and one record, and keeps the connection', async () => {
    await using upstream = await FakeUpstream.start(streaming(HELLO));
    const transport = new HttpTransport();
    const call = testCall();
    const ask = callTarget(transport);
    const target = targetOf('openai', { baseUrl: upstream.url });
    const answer = await fold(ask(target, requestOf({ temperature: 0.5 }), call.context));
    assert.equal(answer.choices[0]?.text, 'Hello');
    assert.equal(answer.choices[0]?.reason, 'stop');
    assert.equal(answer.start.id, 'chatcmpl-1');
    assert.equal(answer.start.model, 'their-model');
    assert.deepEqual(answer.usage, {
      promptTokens: 7,
      cachedTokens: 0,
      completionTokens: 2,
      reasoningTokens: 0,
    });
    const [record, ...others] = call.records;
    assert.equal(others.length, 0);
    assert.equal(record?.outcome, 'answered');
    assert.equal(record?.status, 200);
    assert.deepEqual(record?.usage, answer.usage);
    const [seen] = upstream.requests;
    assert.equal(seen?.path, '/v1/chat/completions');
    assert.equal(seen?.headers.authorization, 'Bearer sk-test-key-of-this-target');
    assert.deepEqual(seen?.body, {
      model: 'the-model',
      stream: true,
      stream_options: { include_usage: true },
      messages: [{ role: 'user', content: 'Hello' }],
      temperature: 0.5,
    });
    await fold(ask(target, requestOf(), testCall().context));
    assert.equal(upstream.connections, 1);
    transport.close();
  });

  it('is finished by the connection when there is no [DONE]', async () => {
    await using upstream = await FakeUpstream.start(streaming(HELLO.replace('data: [DONE]\n\n', '')));
    const { events: told, error } = await ask(upstream);
    assert.equal(error, undefined);
    assert.equal(textOf(told), 'Hello');
    assert.equal(told.at(-2)?.type, 'usage');
  });
});

async function ask(upstream: FakeUpstream) {
  const transport = new HttpTransport();
  const call = testCall();
  const target = targetOf('openai', { baseUrl: upstream.url });
  const result = await collect(callTarget(transport)(target, requestOf(), call.context));
  transport.close();
  return { ...result, ...call };
}

describe('failures of a target', () => {
  const cases: readonly (readonly [name: string, script: Script, kind: string, status: number])[] = [
    [
      '401',
      json(401, { error: { message: 'Incorrect API key provided: sk-test-key-of-this-target' } }),
      'credentials',
      502,
    ],
    ['429', json(429, { error: { message: 'slow down' } }, { 'retry-after': '2' }), 'rate-limited', 429],
    ['500', json(500, 'oops'), 'upstream', 502],
    ['a reset before the head', [{ do: 'reset' }], 'connection', 502],
  ];
  for (const [name, script, kind, status] of cases) {
    it(`${name}: ${kind}`, async () => {
      await using upstream = await FakeUpstream.start(script);
      const { events: told, error, records } = await ask(upstream);
      assert.deepEqual(told, []);
      assert.ok(error instanceof UpstreamFailure);
      assert.equal(error.kind, kind);
      assert.equal(error.error.status, status);
      assert.deepEqual(
        records.map(({ outcome }) => outcome),
        [kind],
      );
    });
  }
});

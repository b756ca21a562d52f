import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiError } from '@parley/protocol/errors';
import { asking, deployment, fails, says, silence, target } from '../scripted.test.support.ts';
import { Stage } from '../stage.test.support.ts';

const none = Number.POSITIVE_INFINITY;
const NO_LIMITS = { concurrent: none, requestsPerMinute: none, tokensPerMinute: none };
const limited = (id: string, limits: Partial<typeof NO_LIMITS>, priority = 0) =>
  target(id, { priority, limits: { ...NO_LIMITS, ...limits } });

const refusal = (error: unknown) => {
  assert.ok(error instanceof ApiError, String(error));
  return [error.status, error.code, error.retryAfterSeconds];
};

describe('a target at its limit', () => {
  it('is skipped, and when all are, the caller is told when to come back', async () => {
    const model = deployment([limited('a', { concurrent: 2 }), limited('b', { concurrent: 1 }, 1)]);
    const stage = new Stage([model], { a: says(1_000, 'from a'), b: says(1_000, 'from b') });
    const answers = [stage.listen(), stage.listen(), stage.listen(), stage.listen()];
    await stage.clock.advance(1);
    assert.deepEqual(
      stage.gateway.targets().map(({ inFlight }) => inFlight),
      [2, 1],
    );
    const texts = await stage.clock.until(Promise.all(answers));
    assert.deepEqual(
      texts.map(({ text }) => text),
      ['from a', 'from a', 'from b', ''],
    );
    assert.deepEqual(refusal(texts[3]?.error), [429, 'overloaded', 1]);
    assert.deepEqual(
      stage.gateway.targets().map(({ inFlight }) => inFlight),
      [0, 0],
    );
    assert.equal((await stage.ask()).text, 'from a');
  });

  it('counts every attempt of a minute', async () => {
    const model = deployment([limited('a', { requestsPerMinute: 3 })], {
      retry: { attempts: 2, firstDelayMs: 1, maximumDelayMs: 1, maximumRetryAfterMs: 1 },
    });
    const stage = new Stage([model], { a: [fails('upstream'), says('1'), says('2'), says('3')] });
    await stage.ask();
    await stage.ask();
    const { error } = await stage.ask();
    assert.equal(stage.targets.calls.length, 3);
    const [status, code, retryAfter] = refusal(error);
    assert.deepEqual([status, code], [429, 'overloaded']);
    assert.ok(Number(retryAfter) > 55 && Number(retryAfter) <= 61);
    await stage.clock.advance(Number(retryAfter) * 1_000);
    assert.equal((await stage.ask()).text, '3');
  });

  it('counts tokens by estimate first, and then as they were', async () => {
    const model = deployment([limited('a', { tokensPerMinute: 1_000 })]);
    const stage = new Stage([model], { a: says('ok') });
    // 802 by estimate, 15 as the upstream says.
    for (let i = 0; i < 10; i++) assert.equal((await stage.ask(asking({ max_tokens: 800 }))).text, 'ok');
    const long = stage.listen(asking({ max_tokens: 800 }));
    const refused = stage.listen(asking({ max_tokens: 800 }));
    assert.deepEqual(refusal((await stage.clock.until(refused)).error).slice(0, 2), [429, 'overloaded']);
    assert.equal((await long).text, 'ok');
  });

  it('is one again when a call is called off or fails', async () => {
    const stage = new Stage([deployment([limited('a', { concurrent: 1 })])], {
      a: [silence, fails('request'), says('ok')],
    });
    const abort = new AbortController();
    const answer = stage.listen(undefined, { signal: abort.signal });
    await stage.clock.advance(1);
    assert.ok((await stage.ask()).error);
    abort.abort();
    await answer;
    await stage.ask();
    assert.equal((await stage.ask()).text, 'ok');
  });
});

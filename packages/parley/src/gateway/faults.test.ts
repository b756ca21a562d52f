import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiError } from '@parley/protocol/errors';
import { json, type Script, streaming } from './fake-upstream.test.support.ts';
import {
  ANSWER,
  broken,
  chunk,
  data,
  EVENTS_HEAD,
  eventually,
  FaultyWorld,
  fault,
  TOKENS,
  told,
  UPSTREAM_USAGE,
} from './faults.test.support.ts';

const WELL = streaming(told(TOKENS));
const STAND_IN = streaming(told(TOKENS, 'fallback-model'));
const BUSY = json(429, fault('rate_limit_exceeded'));
const DOWN = json(503, fault('overloaded'));

const asApiError = (error: unknown) => {
  assert.ok(error instanceof ApiError, String(error));
  return error;
};

/** The sixteen faults of the public Failover Bench, in its order. */
describe('an upstream', () => {
  it('1: that says 429 and when to come back is asked again then, and not before', async () => {
    const script = [json(429, fault('rate_limit_exceeded'), { 'retry-after': '2' }), WELL];
    await using world = await FaultyWorld.start(script, STAND_IN);
    const call = world.ask();
    await eventually(() => world.records.length === 1);
    await world.clock.advance(1_999);
    assert.equal(world.primary.requests.length, 1);
    await world.clock.advance(201);
    await call.over;
    assert.equal(call.text, ANSWER);
    assert.deepEqual([world.primary.requests.length, world.fallback.requests.length], [2, 0]);
    await world.assertIdle();
  });

  it('2: that says 429 for ever is asked six times at most, ever more slowly, and then another', async () => {
    const retry = { attempts: 100, firstDelayMs: 200, maximumDelayMs: 2_000, maximumRetryAfterMs: 5_000 };
    const circuit = { failures: 100, probeAfterMs: 1_000 };
    await using world = await FaultyWorld.start(BUSY, STAND_IN, { deployment: { retry, circuit } });
    const call = world.ask();
    // Three quarters of 200, 400, 800, 1600 and 2000: half, and half of the other half by chance.
    for (const [i, waitMs] of [150, 300, 600, 1_200, 1_500].entries()) {
      await eventually(() => world.records.length === i + 1);
      await world.clock.advance(waitMs - 1);
      assert.equal(world.primary.requests.length, i + 1);
      await world.clock.advance(1);
    }
    await call.over;
    assert.equal(call.text, ANSWER);
    assert.deepEqual([world.primary.requests.length, world.fallback.requests.length], [6, 1]);
    await world.assertIdle();
  });

  it('3: that fails once is asked once more', async () => {
    await using world = await FaultyWorld.start([json(500, fault('server_error')), WELL], STAND_IN);
    const call = world.ask();
    await eventually(() => world.records.length === 1);
    await world.clock.advance(1_000);
    await call.over;
    assert.equal(call.text, ANSWER);
    assert.deepEqual([world.primary.requests.length, world.fallback.requests.length], [2, 0]);
    await world.assertIdle();
  });

  it('4: that says 503 for ever is left for another, and where there is none its error is told', async () => {
    await using world = await FaultyWorld.start(DOWN, [STAND_IN, json(500, fault('other'))]);
    const ask = async () => {
      const before = world.primary.requests.length;
      const call = world.ask();
      for (let i = 1; i <= 6 && !call.isOver; i++) {
        await eventually(() => call.isOver || world.clock.timers > 0);
        await world.clock.advance(5_000);
      }
      await call.over;
      assert.ok(world.primary.requests.length - before <= 6);
      return call;
    };
    assert.equal((await ask()).text, ANSWER);
    const lost = await ask();
    assert.deepEqual([asApiError(lost.error).status, asApiError(lost.error).code], [502, 'upstream_error']);
    assert.equal(lost.events.length, 0);
    await world.assertIdle();
  });

  it('5: that resets the connection is asked again, and then another', async () => {
    await using world = await FaultyWorld.start([{ do: 'reset' }], STAND_IN);
    const call = world.ask();
    for (let i = 1; i <= 2; i++) {
      await eventually(() => world.records.length >= i);
      await world.clock.advance(5_000);
    }
    await call.over;
    assert.equal(call.text, ANSWER);
    assert.deepEqual(world.outcomes.slice(0, 3), Array(3).fill('primary connection'));
    await world.assertIdle();
  });

  it('6: that never answers is asked once', async () => {
    await using world = await FaultyWorld.start([{ do: 'stall' }], STAND_IN, {
      timeouts: { headersMs: 10_000 },
    });
    const call = world.ask();
    await eventually(() => world.primary.requests.length === 1);
    await world.clock.advance(9_999);
    assert.equal(world.fallback.requests.length, 0);
    await world.clock.advance(1);
    await call.over;
    assert.equal(call.text, ANSWER);
    assert.deepEqual(world.outcomes, ['primary timeout', 'fallback answered']);
    await world.assertIdle();
  });

  it('7: whose first token is late is left for another within its limit', async () => {
    const script: Script = [EVENTS_HEAD, { do: 'send', data: broken([]) }, { do: 'stall' }];
    await using world = await FaultyWorld.start(script, STAND_IN, { timeouts: { firstTokenMs: 10_000 } });
    const startedAt = world.clock.now();
    const call = world.ask();
    await eventually(() => world.primary.openAnswers === 1);
    // The head has to be here before time goes on.
    while (!call.isOver && world.clock.now() - startedAt < 15_000) {
      await world.clock.advance(500);
      await eventually(() => call.isOver || world.fallback.openAnswers === 0);
    }
    await call.over;
    assert.equal(call.text, ANSWER);
    assert.ok(world.clock.now() - startedAt <= 15_000);
    assert.deepEqual(world.outcomes, ['primary timeout', 'fallback answered']);
    await world.assertIdle();
  });

  it('10: that sends one event that is no JSON is understood nevertheless', async () => {
    const [role = '', ...rest] = told(TOKENS).split(/(?<=\n\n)/);
    const stream = [role, ...rest.slice(0, 20), 'data: {"choices": [{"delta\n\n', ...rest.slice(20)].join('');
    await using world = await FaultyWorld.start(streaming(stream), STAND_IN);
    const call = world.ask();
    await call.over;
    assert.ok(call.isComplete);
    assert.equal(call.text, ANSWER);
    assert.equal(world.records[0]?.malformedEvents, 1);
    await world.assertIdle();
  });

  it('11: that says no [DONE] is understood at once, with its usage', async () => {
    const stream = told(TOKENS).replace('data: [DONE]\n\n', '');
    await using world = await FaultyWorld.start(
      [streaming(stream), streaming(stream, { do: 'stall' })],
      STAND_IN,
    );
    for (const count of [1, 2]) {
      const call = world.ask();
      await eventually(() => call.text === ANSWER && world.primary.requests.length === count);
      // Of a connection that stays open too, no more is waited for than two seconds.
      await world.clock.advance(2_000);
      await call.over;
      assert.ok(call.isComplete);
      assert.equal(call.usage?.completionTokens, UPSTREAM_USAGE.completion_tokens);
    }
    await world.assertIdle();
  });

  it('12: whose context is too small is left for a larger one, and for none as small', async () => {
    const tooLong = json(
      400,
      fault('context_length_exceeded', 'The prompt has 9000 tokens, the limit is 8192.'),
    );
    for (const [second, asked] of [
      [32_768, 1],
      [8_192, 0],
    ] as const) {
      await using world = await FaultyWorld.start(tooLong, STAND_IN, { contextLengths: [8_192, second] });
      const call = world.ask();
      await call.over;
      assert.deepEqual([world.primary.requests.length, world.fallback.requests.length], [1, asked]);
      if (asked === 1) assert.equal(call.text, ANSWER);
      else {
        const { status, code, message } = asApiError(call.error);
        assert.deepEqual([status, code], [400, 'context_length_exceeded']);
        assert.match(message, /9000 tokens/);
      }
      await world.assertIdle();
    }
  });

  it('13: that refuses the content is believed, and its reason is passed on', async () => {
    const filtered = json(400, fault('content_filter', 'The prompt was filtered: violence.'));
    await using world = await FaultyWorld.start(filtered, STAND_IN);
    const call = world.ask();
    await call.over;
    const { status, message } = asApiError(call.error);
    assert.equal(status, 400);
    assert.match(message, /violence/);
    assert.deepEqual([world.primary.requests.length, world.fallback.requests.length], [1, 0]);
    await world.assertIdle();
  });

  it('15: that is down for a minute is left alone meanwhile, and asked again soon after', async () => {
    const circuit = { failures: 5, probeAfterMs: 10_000 };
    let isDown = true;
    const answer = () => (isDown ? DOWN : WELL);
    await using world = await FaultyWorld.start(answer, STAND_IN, { deployment: { circuit } });
    const ask = async () => {
      const call = world.ask();
      for (let i = 0; !call.isOver && i < 4; i++) {
        await eventually(() => call.isOver || world.clock.timers > 0);
        if (!call.isOver) await world.clock.advance(400);
      }
      await call.over;
      assert.equal(call.text, ANSWER, 'somebody answers all the time');
      return call.model;
    };
    const downAt = world.clock.now();
    while (world.clock.now() - downAt < 60_000) {
      assert.equal(await ask(), 'fallback-model');
      await world.clock.advance(1_000);
    }
    const asked = world.primary.requests.length;
    assert.ok(asked >= 5 && asked <= 5 + 7, `${asked}: five that opened it, and a probe each ten seconds`);
    isDown = false;
    const upAt = world.clock.now();
    while ((await ask()) === 'fallback-model') await world.clock.advance(1_000);
    assert.ok(world.clock.now() - upAt <= 30_000);
    for (let i = 0; i < 5; i++) assert.equal(await ask(), 'primary-model');
    await world.assertIdle();
  });

  it('16: that failed is not named, and not billed', async () => {
    await using world = await FaultyWorld.start(DOWN, STAND_IN);
    const call = world.ask();
    for (let i = 1; i <= 2; i++) {
      await eventually(() => world.records.length >= i);
      await world.clock.advance(5_000);
    }
    await call.over;
    assert.equal(call.model, 'fallback-model');
    assert.equal(call.usage?.promptTokens, UPSTREAM_USAGE.prompt_tokens);
    assert.equal(call.usage?.completionTokens, UPSTREAM_USAGE.completion_tokens);
    const failed = world.records.filter(({ target }) => target === 'primary');
    assert.ok(failed.length > 0 && failed.every(({ usage }) => usage === undefined));
    await world.assertIdle();
  });
});

describe('a call whose caller goes', () => {
  it('is closed at the upstream at once, whatever it waits for', async () => {
    const silent: Script = [{ do: 'stall' }];
    const halfway: Script = [EVENTS_HEAD, { do: 'send', data: broken(['One']) }, { do: 'stall' }];
    const late: Script = [
      EVENTS_HEAD,
      { do: 'send', data: data(chunk({ role: 'assistant' })) },
      { do: 'stall' },
    ];
    for (const script of [silent, halfway, late]) {
      await using world = await FaultyWorld.start(script, STAND_IN, { deployment: { hedgeAfterMs: 60_000 } });
      const call = world.ask();
      await eventually(() => world.primary.openAnswers === 1 && (script !== halfway || call.text === 'One'));
      call.abort.abort(new Error('gone'));
      await call.over;
      assert.equal(call.error, call.abort.signal.reason);
      await world.assertIdle();
      assert.deepEqual(world.outcomes, ['primary cancelled']);
      assert.equal(world.fallback.requests.length, 0);
    }
  });

  it('is closed at both upstreams where two were asked', async () => {
    const silent: Script = [{ do: 'stall' }];
    await using world = await FaultyWorld.start(silent, silent, { deployment: { hedgeAfterMs: 1_000 } });
    const call = world.ask();
    await eventually(() => world.primary.openAnswers === 1);
    await world.clock.advance(1_000);
    await eventually(() => world.fallback.openAnswers === 1);
    call.abort.abort(new Error('gone'));
    await call.over;
    await world.assertIdle();
  });

  it('is not begun again where it waited to be', async () => {
    await using world = await FaultyWorld.start(BUSY, STAND_IN);
    const call = world.ask();
    await eventually(() => world.records.length === 1);
    call.abort.abort(new Error('gone'));
    await call.over;
    await world.assertIdle();
    assert.deepEqual([world.primary.requests.length, world.fallback.requests.length], [1, 0]);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiError } from '@parley/protocol/errors';
import { json, type Script, type SeenRequest, streaming } from './fake-upstream.test.support.ts';
import {
  ANSWER,
  broken,
  EVENTS_HEAD,
  eventually,
  FaultyWorld,
  fault,
  type Listening,
  TOKENS,
  told,
} from './faults.test.support.ts';

const FORTY = TOKENS.slice(0, 40);
const DIES: Script = [EVENTS_HEAD, { do: 'send', data: broken(FORTY) }, { do: 'cut' }];
const GOES_SILENT: Script = [EVENTS_HEAD, { do: 'send', data: broken(FORTY) }, { do: 'stall' }];
const once = { attempts: 1, firstDelayMs: 1, maximumDelayMs: 1, maximumRetryAfterMs: 1 };

/** What the answer begins with that the request brings along. */
function prefilled({ body }: SeenRequest): string | undefined {
  const last: unknown = Array.isArray(body.messages) ? body.messages.at(-1) : undefined;
  if (typeof last !== 'object' || last === null || !('role' in last) || last.role !== 'assistant')
    return undefined;
  return 'content' in last && typeof last.content === 'string' ? last.content : undefined;
}

/** A well upstream that goes on with what it is given, as vLLM does. */
function goesOn(request: SeenRequest): Script {
  const rest = ANSWER.slice(prefilled(request)?.length ?? 0);
  return streaming(told(rest.split(/(?<= )/), 'fallback-model'));
}

/** A well upstream that says the whole answer, and takes none that has begun. */
function refusesPrefill(request: SeenRequest): Script {
  if (prefilled(request) === undefined) return streaming(told(TOKENS, 'fallback-model'));
  return json(400, fault('invalid_request_error', 'This model does not support assistant message prefill.'));
}

function assertWhole(call: Listening): void {
  assert.equal(call.error, undefined);
  assert.ok(call.isComplete);
  assert.equal(call.text, ANSWER, 'the whole answer, once');
  assert.equal(call.events.filter(({ type }) => type === 'start').length, 1);
  assert.equal(call.events.filter(({ type }) => type === 'choice-end').length, 1);
}

function assertCleanError(call: Listening): void {
  assert.ok(call.error instanceof ApiError);
  assert.equal(call.error.code, 'upstream_interrupted');
  assert.ok(!call.isComplete && !call.events.some(({ type }) => type === 'choice-end' || type === 'usage'));
  assert.equal(call.text, FORTY.join(''));
}

describe('an upstream that fails in the middle of its answer', () => {
  it('8: is replaced by one that goes on where it died', async () => {
    await using world = await FaultyWorld.start(DIES, goesOn);
    const call = world.ask();
    await call.over;
    assertWhole(call);
    const [request] = world.fallback.requests;
    assert.ok(request);
    assert.equal(prefilled(request), FORTY.join('').trimEnd());
    assert.equal(request.body.continue_final_message, true);
    assert.deepEqual(world.outcomes, ['primary interrupted', 'fallback answered']);
    await world.assertIdle();
  });

  it('8: ends in a clear error where nobody can go on', async () => {
    const dead = json(503, fault('overloaded'));
    await using world = await FaultyWorld.start([DIES, dead], dead, { deployment: { retry: once } });
    const call = world.ask();
    await call.over;
    assertCleanError(call);
    await world.assertIdle();
  });

  it('9: is noticed when it goes silent, and replaced', async () => {
    await using world = await FaultyWorld.start(GOES_SILENT, goesOn, { timeouts: { idleMs: 5_000 } });
    for (let i = 1; i <= 2; i++) {
      const call = world.ask();
      await eventually(() => call.text === FORTY.join(''));
      await world.clock.advance(4_999);
      assert.equal(world.fallback.requests.length, i - 1);
      await world.clock.advance(1);
      await call.over;
      assertWhole(call);
      await world.assertIdle();
    }
  });

  it('9: is an error in a bounded time where nobody can go on', async () => {
    const silent: Script = [{ do: 'stall' }];
    const timeouts = { idleMs: 5_000, headersMs: 5_000 };
    await using world = await FaultyWorld.start([GOES_SILENT, silent], silent, {
      timeouts,
      deployment: { retry: once },
    });
    const call = world.ask();
    await eventually(() => call.text === FORTY.join(''));
    await world.clock.advance(5_000);
    for (const upstream of [world.fallback, world.primary]) {
      await eventually(() => upstream.openAnswers === 1 || call.isOver);
      await world.clock.advance(5_000);
    }
    await call.over;
    assertCleanError(call);
    await world.assertIdle();
  });

  it('14: is replaced by one that takes no prefilled answer and therefore begins anew', async () => {
    const fallback = { continuation: 'none' } as const;
    await using world = await FaultyWorld.start(DIES, refusesPrefill, { fallback });
    const call = world.ask();
    await call.over;
    assertWhole(call);
    assert.deepEqual(world.fallback.requests.map(prefilled), [undefined]);
    await world.assertIdle();
  });

  it('14: and the refusal of one that was thought to take it reaches nobody', async () => {
    await using world = await FaultyWorld.start(DIES, refusesPrefill);
    const call = world.ask();
    await call.over;
    assertWhole(call);
    assert.equal(world.fallback.requests.length, 2);
    await world.assertIdle();
  });

  it('14: and one that says something else is not mixed with it', async () => {
    const fallback = { continuation: 'none' } as const;
    const other = streaming(told(['Something ', 'else.']));
    await using world = await FaultyWorld.start(DIES, other, { fallback });
    const call = world.ask();
    await call.over;
    assertCleanError(call);
    await world.assertIdle();
  });
});

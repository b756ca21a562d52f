import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiError } from '@parley/protocol/errors';
import { deployment, fails, says, silence, target } from '../scripted.test.support.ts';
import { Stage } from '../stage.test.support.ts';
import { createGatewayState } from '../state.ts';
import { MemoryCircuits } from './circuit-breaker.ts';

const retry = { attempts: 1, firstDelayMs: 1, maximumDelayMs: 1, maximumRetryAfterMs: 1 };
const circuit = { failures: 3, probeAfterMs: 10_000 };
const two = deployment(['a', 'b'], { retry, circuit });

describe('a circuit', () => {
  it('opens after failures in a row, and one call probes it after a while', async () => {
    const broken = fails('upstream');
    const stage = new Stage([two], {
      a: [broken, says('once'), broken, broken, broken, broken, says('well'), says('well')],
      b: says('from b'),
    });
    const texts: string[] = [];
    for (let i = 0; i < 8; i++) texts.push((await stage.ask()).text);
    assert.deepEqual(texts, ['from b', 'once', 'from b', 'from b', 'from b', 'from b', 'from b', 'from b']);
    assert.equal(stage.targets.called('a').length, 5, 'an open circuit lets nothing through');
    await stage.clock.advance(10_000);
    assert.equal((await stage.ask()).text, 'from b', 'the probe fails');
    assert.equal((await stage.ask()).text, 'from b', 'and it is open again');
    assert.equal(stage.targets.called('a').length, 6);
    await stage.clock.advance(10_000);
    assert.equal((await stage.ask()).text, 'well');
    assert.equal((await stage.ask()).text, 'well');
    assert.deepEqual(
      stage.gateway.targets().map(({ circuitWaitMs }) => circuitWaitMs),
      [0, 0],
    );
  });

  it('lets one probe through at a time, and closes with its first content', async () => {
    const stage = new Stage([two], {
      a: [
        fails('upstream'),
        fails('upstream'),
        fails('upstream'),
        says(1_000, 'probe', 60_000, '.'),
        says('well'),
      ],
      b: says('from b'),
    });
    for (let i = 0; i < 3; i++) await stage.ask();
    await stage.clock.advance(10_000);
    const probe = stage.listen();
    await stage.clock.advance(500);
    assert.equal((await stage.ask()).text, 'from b');
    await stage.clock.advance(1_000);
    assert.equal((await stage.ask()).text, 'well');
    assert.equal((await stage.clock.until(probe)).text, 'probe.');
  });

  it('gives a probe up for lost that tells nothing', async () => {
    const abort = new AbortController();
    const stage = new Stage([two], {
      a: [fails('upstream'), fails('upstream'), fails('upstream'), silence, silence, says('well')],
      b: says('from b'),
    });
    for (let i = 0; i < 3; i++) await stage.ask();
    await stage.clock.advance(10_000);
    const left = stage.listen(undefined, { signal: abort.signal });
    await stage.clock.advance(10);
    abort.abort();
    await left;
    const lost = stage.listen(undefined, { signal: AbortSignal.timeout(60_000) });
    await stage.clock.advance(10);
    assert.equal(stage.targets.called('a').length, 5, 'a call that was called off makes room for the next');
    await stage.clock.advance(10_000);
    assert.equal((await stage.ask()).text, 'well');
    await stage.gateway.close();
    await lost;
  });

  it('stays open as long as the upstream asks for when that answers a probe', async () => {
    const stage = new Stage([two], {
      a: [fails('credentials'), fails('rate-limited', 50_000), says('well')],
      b: says('from b'),
    });
    await stage.ask();
    await stage.clock.advance(10_000);
    await stage.ask();
    await stage.clock.advance(49_999);
    assert.equal((await stage.ask()).text, 'from b');
    assert.equal(stage.targets.called('a').length, 2);
    await stage.clock.advance(1);
    assert.equal((await stage.ask()).text, 'well');
  });

  it('does not wait for a probe that the limits of the target kept back', async () => {
    const limits = { concurrent: 10, requestsPerMinute: 3, tokensPerMinute: Number.POSITIVE_INFINITY };
    const patient = { failures: 3, probeAfterMs: 40_000 };
    const broken = fails('upstream');
    const only = deployment([target('a', { limits })], { retry, circuit: patient });
    const stage = new Stage([only], { a: [broken, broken, broken, says('well')] });
    for (let i = 0; i < 3; i++) await stage.ask();
    await stage.clock.advance(40_000);
    const { error } = await stage.ask();
    assert.ok(error instanceof ApiError && error.status === 429);
    await stage.clock.advance(22_000);
    assert.equal((await stage.ask()).text, 'well');
  });

  it('gives the error that opened it when there is nowhere else to go', async () => {
    const stage = new Stage([deployment(['a'], { retry, circuit })], { a: fails('timeout') });
    for (let i = 0; i < 3; i++) await stage.ask();
    const { error } = await stage.ask();
    assert.ok(error instanceof ApiError);
    assert.deepEqual([error.status, error.code, error.retryAfterSeconds], [504, 'upstream_timeout', 10]);
    assert.equal(stage.targets.calls.length, 3);
  });

  it('is not opened by requests that are at fault, nor by callers who go', async () => {
    for (const kind of ['request', 'context-length', 'content-policy'] as const) {
      const stage = new Stage([deployment(['a'], { retry, circuit })], { a: fails(kind) });
      for (let i = 0; i < 5; i++) await stage.ask();
      assert.equal(stage.targets.calls.length, 5, kind);
    }
    const stage = new Stage([deployment(['a'], { retry, circuit })], { a: silence });
    for (let i = 0; i < 5; i++) {
      const abort = new AbortController();
      const answer = stage.listen(undefined, { signal: abort.signal });
      await stage.clock.advance(1);
      abort.abort();
      await answer;
    }
    assert.equal(stage.targets.calls.length, 5);
  });

  it('may be shared between gateways, also while it probes', async () => {
    const circuits = new MemoryCircuits();
    const scripts = {
      a: [fails('upstream'), fails('upstream'), fails('upstream'), silence],
      b: says('from b'),
    };
    const first = new Stage([two], scripts, {});
    const state = createGatewayState(first.clock, circuits);
    const gateways = [1, 2].map(() => new Stage([two], scripts, { state, clock: first.clock }));
    const [one, other] = gateways;
    assert.ok(one && other);
    for (let i = 0; i < 3; i++) await first.clock.until(one.listen());
    await first.clock.until(other.listen());
    assert.equal(other.targets.called('a').length, 0);
    await first.clock.advance(10_000);
    const probe = one.listen();
    await first.clock.advance(1);
    await first.clock.until(other.listen());
    assert.deepEqual([one.targets.called('a').length, other.targets.called('a').length], [4, 0]);
    await one.gateway.close();
    await probe;
  });

  it('does not stop the calls when the shared states are out of reach', async () => {
    const unreachable = new MemoryCircuits();
    const state = { ...createGatewayState(new Stage([two], {}).clock, unreachable) };
    const stage = new Stage([two], { a: says('from a') }, { state });
    await unreachable.update('a', () => ({
      failures: 9,
      openUntil: 0,
      probeUntil: undefined,
      error: undefined,
    }));
    unreachable.update = async () => {
      throw new Error('no connection');
    };
    assert.equal((await stage.ask()).text, 'from a');
    assert.ok(stage.logged.includes('circuit states out of reach'));
  });
});

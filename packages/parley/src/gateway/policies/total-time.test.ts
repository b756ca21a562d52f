import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { describe, it } from 'node:test';
import { ApiError } from '@parley/protocol/errors';
import { asking, deployment, fails, NO_TIMEOUTS, says, silence, target } from '../scripted.test.support.ts';
import { Stage } from '../stage.test.support.ts';

const limited = (totalMs: number, id = 'a') =>
  deployment([target(id, { timeouts: { ...NO_TIMEOUTS, totalMs } })]);

describe('the time of a call as a whole', () => {
  it('ends whatever was begun for it', async () => {
    const scripts = { silence, slow: says('One', 60_000, ' two'), retried: fails('upstream', 9_000) };
    for (const [name, a] of Object.entries(scripts)) {
      const stage = new Stage([limited(5_000)], { a });
      const { error } = await stage.ask();
      assert.ok(error instanceof ApiError, name);
      if (name !== 'retried') assert.deepEqual([error.status, error.code], [504, 'timeout'], name);
      await stage.clock.advance(0);
      assert.deepEqual([stage.targets.open, stage.clock.timers], [0, 0], name);
    }
  });

  it('is the longest that one of the targets has', async () => {
    const model = deployment([...limited(1_000).targets, ...limited(5_000, 'b').targets]);
    const stage = new Stage([model], { a: says(3_000, 'ok'), b: says(3_000, 'ok') });
    assert.equal((await stage.ask()).text, 'ok');
  });

  it('leaves no timer and no listener behind', async () => {
    const { signal } = new AbortController();
    const stage = new Stage([limited(5_000)], { a: [says('ok'), fails('request')] });
    await stage.ask(undefined, { signal });
    await stage.ask(undefined, { signal });
    assert.deepEqual([getEventListeners(signal, 'abort').length, stage.clock.timers], [0, 0]);
  });

  it('is over when the reader wants no more', async () => {
    const stage = new Stage([limited(5_000)], { a: says('One', ' two') });
    const { signal } = new AbortController();
    for await (const event of stage.gateway.complete(asking(), stage.context({ signal }))) {
      if (event.type === 'text-delta') break;
    }
    assert.deepEqual([stage.targets.open, stage.clock.timers], [0, 0]);
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });

  it('is over when the reader goes while an event is waited for', async () => {
    const stage = new Stage([limited(5_000)], { a: silence });
    const walk = stage.gateway.complete(asking(), stage.context())[Symbol.asyncIterator]();
    const pending = walk.next();
    pending.catch(() => undefined);
    await stage.clock.advance(1);
    assert.equal(stage.targets.open, 1);
    await walk.return?.();
    assert.deepEqual([stage.targets.open, stage.clock.timers], [0, 0]);
    await assert.rejects(pending);
  });

  it('is over when the gateway closes', async () => {
    const stage = new Stage([limited(5_000)], { a: silence });
    const answer = stage.listen();
    await stage.clock.advance(10);
    await stage.gateway.close();
    const { error } = await answer;
    assert.ok(error instanceof ApiError);
    assert.equal(error.code, 'shutting_down');
    assert.deepEqual([stage.targets.open, stage.clock.timers], [0, 0]);
    assert.ok((await stage.ask()).error, 'nor does it begin anything');
    assert.equal(stage.targets.calls.length, 1);
  });

  it('does not begin for a caller who is gone already', async () => {
    const stage = new Stage([limited(5_000)], { a: says('ok') });
    const { error } = await stage.ask(undefined, { signal: AbortSignal.abort(new Error('gone')) });
    assert.match(String(error), /gone/);
    assert.equal(stage.targets.calls.length, 0);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { breaksOff, deployment, fails, says, silence } from '../scripted.test.support.ts';
import { Stage } from '../stage.test.support.ts';

const hedged = (more = {}) => deployment(['a', 'b', 'c'], { hedgeAfterMs: 500, ...more });

describe('a second target beside a slow first', () => {
  it('is not asked unless it is switched on', async () => {
    const stage = new Stage([hedged({ hedgeAfterMs: undefined })], { a: says(5_000, 'from a') });
    assert.equal((await stage.ask()).text, 'from a');
  });

  it('is not asked when the first is quick', async () => {
    const stage = new Stage([hedged()], { a: says(400, 'from a', 3_000, '.') });
    assert.equal((await stage.ask()).text, 'from a.');
    assert.deepEqual([stage.targets.calls.length, stage.clock.timers], [1, 0]);
  });

  it('wins when it is quicker, and the first is ended at once', async () => {
    const stage = new Stage([hedged()], { a: silence, b: says(100, 'from b', 3_000, '.') });
    const answer = stage.listen();
    await stage.clock.advance(700);
    assert.deepEqual([stage.targets.open, stage.targets.cancelled], [1, 1]);
    const { text, details } = await stage.clock.until(answer);
    assert.equal(text, 'from b.');
    assert.equal(details['x-parley-target'], 'b');
    assert.deepEqual([stage.targets.open, stage.targets.calls.length, stage.clock.timers], [0, 2, 0]);
  });

  it('loses when the first comes before it', async () => {
    const stage = new Stage([hedged()], { a: says(600, 'from a'), b: says(5_000, 'no') });
    assert.equal((await stage.ask()).text, 'from a');
    assert.deepEqual([stage.targets.open, stage.targets.cancelled, stage.clock.timers], [0, 1, 0]);
  });

  it('goes on where the first fails, and the first where the second fails', async () => {
    const retry = { attempts: 1, firstDelayMs: 1, maximumDelayMs: 1, maximumRetryAfterMs: 1 };
    const second = new Stage([hedged({ retry })], {
      a: fails('upstream', undefined, 600),
      b: says(5_000, 'from b'),
      c: silence,
    });
    assert.equal((await second.ask()).text, 'from b');
    const first = new Stage([hedged({ retry })], {
      a: says(5_000, 'from a'),
      b: fails('upstream'),
      c: fails('upstream'),
    });
    assert.equal((await first.ask()).text, 'from a');
    const none = new Stage([hedged({ retry })], {
      a: fails('timeout', undefined, 600),
      b: fails('upstream'),
      c: fails('upstream'),
    });
    assert.ok((await none.ask()).error);
    assert.equal(none.targets.calls.length, 3);
  });

  it('stays in reserve for a rescue when it lost', async () => {
    const stage = new Stage([deployment(['a', 'b'], { hedgeAfterMs: 500 })], {
      a: breaksOff(600, 'Hello'),
      b: [says(5_000, 'no'), says('Hello', ' world')],
    });
    const { text, error } = await stage.ask();
    assert.equal(error, undefined);
    assert.equal(text, 'Hello world');
  });

  it('is ended with the first when the caller goes', async () => {
    const abort = new AbortController();
    const stage = new Stage([hedged()], { a: silence, b: silence });
    const answer = stage.listen(undefined, { signal: abort.signal });
    await stage.clock.advance(1_000);
    assert.equal(stage.targets.open, 2);
    abort.abort(new Error('gone'));
    assert.equal((await answer).error, abort.signal.reason);
    await stage.clock.advance(0);
    assert.deepEqual([stage.targets.open, stage.targets.cancelled, stage.clock.timers], [0, 2, 0]);
  });
});

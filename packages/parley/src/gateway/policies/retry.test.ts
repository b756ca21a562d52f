import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deployment, fails, says, silence, target } from '../scripted.test.support.ts';
import { Stage } from '../stage.test.support.ts';

const waits = (stage: Stage, id = 'a') => {
  const at = stage.targets.called(id).map((call) => call.at);
  return at.slice(1).map((time, i) => time - (at[i] ?? 0));
};

describe('repetition at one target', () => {
  it('comes after a growing wait, of which half is by chance', async () => {
    const retry = { attempts: 5, firstDelayMs: 100, maximumDelayMs: 500, maximumRetryAfterMs: 1_000 };
    const scripts = {
      a: [fails('upstream'), fails('connection'), fails('upstream'), fails('upstream'), says('ok')],
    };
    const longest = new Stage([deployment(['a'], { retry })], scripts, { random: () => 0.999_999 });
    assert.equal((await longest.ask()).text, 'ok');
    assert.deepEqual(waits(longest).map(Math.round), [100, 200, 400, 500]);
    const shortest = new Stage([deployment(['a'], { retry })], scripts, { random: () => 0 });
    await shortest.ask();
    assert.deepEqual(waits(shortest), [50, 100, 200, 250]);
  });

  it('waits as long as it is asked to, but not longer than it is allowed to', async () => {
    const patient = new Stage([deployment(['a', 'b'])], {
      a: [fails('rate-limited', 2_000), says('ok')],
      b: says('no'),
    });
    assert.equal((await patient.ask()).text, 'ok');
    const [waited] = waits(patient);
    assert.ok(waited !== undefined && waited >= 2_000 && waited <= 2_200, `${waited}`);
    const hasty = new Stage([deployment(['a', 'b'])], {
      a: fails('rate-limited', 60_000),
      b: says('from b'),
    });
    assert.equal((await hasty.ask()).text, 'from b');
    assert.deepEqual(waits(hasty), []);
  });

  it('is not made of a target that was silent, nor of a request that is at fault', async () => {
    for (const kind of ['timeout', 'request', 'context-length', 'content-policy', 'credentials'] as const) {
      const stage = new Stage([deployment(['a'])], { a: fails(kind) });
      assert.ok((await stage.ask()).error, kind);
      assert.equal(stage.targets.calls.length, 1, kind);
    }
  });

  it('never happens after the first content', async () => {
    const stage = new Stage([deployment([target('a', { provider: { continuation: 'none' } })])], {
      a: [
        async function* (scene) {
          yield* says('one ')(scene);
          throw new TypeError('a bug');
        },
        says('two'),
      ],
    });
    const { text, error } = await stage.ask();
    assert.ok(error instanceof TypeError);
    assert.equal(text, 'one ');
    assert.equal(stage.targets.calls.length, 1);
  });

  it('is bounded for a call as a whole, whatever is configured', async () => {
    const retry = { attempts: 50, firstDelayMs: 100, maximumDelayMs: 500, maximumRetryAfterMs: 1_000 };
    const targets = ['a', 'b', 'c'];
    const stage = new Stage(
      [deployment(targets, { retry, circuit: { failures: 100, probeAfterMs: 1_000 } })],
      {
        a: fails('upstream'),
        b: fails('upstream'),
        c: fails('upstream'),
      },
    );
    await stage.ask();
    assert.deepEqual(
      targets.map((id) => stage.targets.called(id).length),
      [6, 1, 1],
    );
  });

  it('does not wait beyond the end of the call, but goes elsewhere', async () => {
    const timeouts = { connectMs: 1e3, headersMs: 1e3, firstTokenMs: 1e3, idleMs: 1e3, totalMs: 1_500 };
    const targets = [target('a', { timeouts }), target('b', { timeouts, priority: 1 })];
    const stage = new Stage([deployment(targets)], { a: fails('rate-limited', 2_000), b: says('from b') });
    assert.equal((await stage.ask()).text, 'from b');
    assert.equal(stage.targets.called('a').length, 1);
  });

  it('does not wait for a target whose circuit has opened meanwhile', async () => {
    const circuit = { failures: 2, probeAfterMs: 10_000 };
    const stage = new Stage([deployment(['a', 'b'], { circuit })], {
      a: fails('upstream'),
      b: says('from b'),
    });
    const startedAt = stage.clock.now();
    assert.equal((await stage.ask()).text, 'from b');
    assert.equal(stage.targets.called('a').length, 2);
    assert.equal(stage.clock.now() - startedAt, 150, 'the wait before the second, and none before the third');
  });

  it('is left at once when the caller goes', async () => {
    const abort = new AbortController();
    const stage = new Stage([deployment(['a', 'b'])], { a: fails('rate-limited', 5_000), b: silence });
    const answer = stage.listen(undefined, { signal: abort.signal });
    await stage.clock.advance(1_000);
    assert.deepEqual([stage.targets.open, stage.clock.timers], [0, 1]);
    abort.abort(new Error('gone'));
    const { error } = await answer;
    assert.equal(error, abort.signal.reason);
    assert.deepEqual([stage.targets.calls.length, stage.clock.timers], [1, 0]);
  });
});

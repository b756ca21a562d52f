import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiError } from '@parley/protocol/errors';
import { asking, deployment, fails, type Script, says, start, target } from '../scripted.test.support.ts';
import { Stage } from '../stage.test.support.ts';
import { failure } from '../upstream-failure.ts';

const once = { attempts: 1, firstDelayMs: 1, maximumDelayMs: 1, maximumRetryAfterMs: 1 };
const asError = ({ error }: { error: unknown }) => {
  assert.ok(error instanceof ApiError, String(error));
  return error;
};

describe('another target before the first content', () => {
  it('is asked in the order of priorities, and then the targets of the fallback models', async () => {
    const models = [
      deployment(['a', 'b'], { retry: once, fallbacks: ['slow'] }),
      deployment(['c'], { model: 'slow', retry: once }),
    ];
    const stage = new Stage(models, { a: fails('upstream'), b: fails('connection'), c: says('from c') });
    const { text, events, details } = await stage.ask();
    assert.equal(text, 'from c');
    assert.deepEqual(
      stage.targets.calls.map((call) => call.target),
      ['a', 'b', 'c'],
    );
    assert.equal(events[0]?.type === 'start' && events[0].model, 'model-of-c');
    assert.equal(details['x-parley-target'], 'c');
    assert.deepEqual(
      stage.records.map(({ outcome }) => outcome),
      ['upstream', 'connection', 'answered'],
    );
  });

  it('leaves the original error to be told when there is none that answers', async () => {
    const stage = new Stage([deployment(['a', 'b'], { retry: once })], {
      a: fails('rate-limited', 7_000),
      b: fails('upstream'),
    });
    const error = asError(await stage.ask());
    assert.deepEqual([error.status, error.code, error.retryAfterSeconds], [429, 'upstream_rate_limited', 7]);
  });

  it('is not asked when the request is at fault', async () => {
    const stage = new Stage([deployment(['a', 'b'])], { a: fails('request'), b: says('no') });
    assert.equal(asError(await stage.ask()).status, 400);
    assert.equal(stage.targets.called('b').length, 0);
  });

  it('does not have the last word with a refusal of its own', async () => {
    const stage = new Stage([deployment(['a', 'b', 'c'], { retry: once })], {
      a: fails('upstream'),
      b: fails('request'),
      c: says('from c'),
    });
    assert.equal((await stage.ask()).text, 'from c');
    const two = new Stage([deployment(['a', 'b'], { retry: once })], {
      a: fails('upstream'),
      b: fails('request'),
    });
    assert.equal(asError(await two.ask()).code, 'upstream_error');
  });

  it('is asked at once when our key is not accepted, and the bad key is left alone', async () => {
    const stage = new Stage([deployment(['a', 'b'])], { a: fails('credentials'), b: says('from b') });
    assert.equal((await stage.ask()).text, 'from b');
    assert.equal((await stage.ask()).text, 'from b');
    assert.equal(stage.targets.called('a').length, 1);
  });

  it('has a larger context when the context was too small', async () => {
    const targets = [
      target('a', { contextLength: 8_000 }),
      target('same', { contextLength: 8_000, priority: 1 }),
      target('unknown', { priority: 2 }),
      target('large', { contextLength: 128_000, priority: 3 }),
    ];
    const scripts = {
      a: fails('context-length'),
      same: says('no'),
      unknown: says('no'),
      large: says('from large'),
    };
    const stage = new Stage([deployment(targets)], scripts);
    assert.equal((await stage.ask()).text, 'from large');
    assert.deepEqual(
      stage.targets.calls.map((call) => call.target),
      ['a', 'large'],
    );
    const without = new Stage([deployment(targets.slice(0, 3))], scripts);
    assert.equal(asError(await without.ask()).code, 'context_length_exceeded');
    assert.equal(without.targets.calls.length, 1);
  });

  it('is not asked to get around a content policy, unless the operator wants that', async () => {
    const scripts = { a: fails('content-policy'), b: says('from b') };
    const strict = new Stage([deployment(['a', 'b'])], scripts);
    assert.equal(asError(await strict.ask()).code, 'content_policy_violation');
    assert.equal(strict.targets.calls.length, 1);
    const lenient = new Stage([deployment(['a', 'b'], { fallbackOnContentPolicy: true })], scripts);
    assert.equal((await lenient.ask()).text, 'from b');
  });

  it('is none of weight 0 as long as another of its priority answers', async () => {
    const targets = [target('reserve', { weight: 0 }), target('a')];
    const stage = new Stage([deployment(targets, { retry: once })], {
      a: [says('1'), says('2'), fails('upstream')],
      reserve: says('from reserve'),
    });
    const texts: string[] = [];
    for (let i = 0; i < 3; i++) texts.push((await stage.ask()).text);
    assert.deepEqual(texts, ['1', '2', 'from reserve']);
  });

  it('is asked where the first has said that it begins, and no more', async () => {
    const beginsOnly: Script = async function* (scene) {
      yield start(scene);
      throw failure('upstream');
    };
    const stage = new Stage([deployment(['a', 'b'], { retry: once })], { a: beginsOnly, b: says('from b') });
    const { text, events } = await stage.ask(asking({ n: 2 }));
    assert.equal(text, 'from b');
    assert.deepEqual(
      events.flatMap((event) => (event.type === 'start' ? event.model : [])),
      ['model-of-b'],
    );
  });

  it('gets its share of what an open circuit keeps from the first', async () => {
    const targets = [target('a', { weight: 4 }), target('b', { weight: 3 }), target('c', { weight: 1 })];
    const circuit = { failures: 1, probeAfterMs: 1e9 };
    const stage = new Stage([deployment(targets, { retry: once, circuit })], {
      a: fails('upstream'),
      b: says('b'),
      c: says('c'),
    });
    while (stage.targets.called('a').length === 0) await stage.ask();
    const before = stage.targets.called('b').length;
    for (let i = 0; i < 40; i++) await stage.ask();
    assert.ok(Math.abs(stage.targets.called('b').length - before - 30) <= 1);
  });

  it('is not asked because of a fault of ours', async () => {
    const stage = new Stage([deployment(['a', 'b'])], {
      // biome-ignore lint/correctness/useYield: it fails before there is an event.
      a: async function* () {
        throw new TypeError('a bug');
      },
      b: says('no'),
    });
    assert.ok((await stage.ask()).error instanceof TypeError);
    assert.equal(stage.targets.called('b').length, 0);
    assert.equal(stage.targets.open, 0);
  });
});

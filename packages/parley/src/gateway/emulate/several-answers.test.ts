import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UpstreamFailure } from '../attempt.ts';
import { requestOf, targetOf, testCall, textOf } from '../target.test.support.ts';
import { failure } from '../upstream-failure.ts';
import { answer, ask, final, reported } from './ask.test.support.ts';
import { end, ScriptedCall, text, timing } from './scripted-call.test.support.ts';
import { withEmulations } from './with-emulations.ts';

describe('n by several calls', () => {
  it('merges the answers, each a choice, and sums their usage', async () => {
    const script = new ScriptedCall((index) => answer(`answer ${index}`));
    const result = await ask(script, { n: 3 });
    assert.equal(result.error, undefined);
    assert.deepEqual(
      [0, 1, 2].map((choice) => textOf(result.events, choice)),
      ['answer 0', 'answer 1', 'answer 2'],
    );
    assert.equal(result.events.filter(({ type }) => type === 'start').length, 1);
    assert.deepEqual(result.events.slice(-2), [final(30, 9), timing(1)]);
    assert.deepEqual(
      script.requests.map(({ parameters }) => parameters.n),
      [undefined, undefined, undefined],
    );
    assert.equal(new Set(script.ids).size, 3);
    assert.deepEqual(result.outcomes, ['answered', 'answered', 'answered']);
    assert.deepEqual(reported(result), ['n;emulated']);
    assert.equal(result.events[0]?.type === 'start' && result.events[0].id, 'chatcmpl-1');
  });

  it('draws each from a seed of its own', async () => {
    const script = new ScriptedCall(() => answer('a'));
    await ask(script, { n: 3, seed: 41 }, 'deepseek', { seed: 'honoured' });
    assert.deepEqual(
      script.requests.map(({ parameters }) => String(parameters.seed)),
      ['41', '42', '43'],
    );
  });

  it('is over with the first that fails', async () => {
    const script = new ScriptedCall((index) =>
      index === 1 ? [failure('rate-limited')] : [text('a'), 'hang'],
    );
    const result = await ask(script, { n: 3 });
    assert.ok(result.error instanceof UpstreamFailure && result.error.kind === 'rate-limited');
    assert.deepEqual([...result.outcomes].sort(), ['cancelled', 'cancelled', 'upstream']);
  });

  it('asks no more than sixteen at one time', async () => {
    let most = 0;
    const script: ScriptedCall = new ScriptedCall(() => {
      most = Math.max(most, script.open);
      return answer('a');
    });
    const result = await ask(script, { n: 40 });
    assert.equal(result.error, undefined);
    assert.equal(script.requests.length, 40);
    assert.equal(most, 16);
    assert.deepEqual(result.events.at(-2), final(400, 120));
  });

  it('knows no sum where one is missing', async () => {
    const script = new ScriptedCall((index) => (index === 0 ? [text('a'), end(), timing(1)] : answer('b')));
    const { events } = await ask(script, { n: 2 });
    assert.ok(!events.some(({ type }) => type === 'usage'));
  });

  it('ends all when the caller goes', async () => {
    const script = new ScriptedCall(() => [text('a'), 'hang']);
    const call = testCall();
    for await (const event of withEmulations(script.call)(
      targetOf('anthropic'),
      requestOf({ n: 3 }),
      call.context,
    )) {
      if (event.type === 'text-delta') break;
    }
    assert.equal(script.open, 0);
    assert.equal(call.records.length, 3);
  });
});

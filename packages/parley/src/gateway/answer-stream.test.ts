import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fold } from '../core/fold.ts';
import { UpstreamFailure } from './attempt.ts';
import { asking, assertFailed, chunk, HELLO, line, outcomes, world } from './call-target.test.support.ts';
import { callTarget } from './call-target.ts';
import { FakeClock } from './fake-clock.test.support.ts';
import { streaming } from './fake-upstream.test.support.ts';
import { collect, requestOf, targetOf, textOf } from './target.test.support.ts';
import { HttpTransport } from './transport/http-transport.ts';

describe('the end of an answer', () => {
  it('is the connection, when there is no [DONE]', async () => {
    await using it = await world(streaming(HELLO.replace('data: [DONE]\n\n', '')));
    const { events: told, error } = await collect(it.asked());
    assert.equal(error, undefined);
    assert.deepEqual(
      told.slice(-2).map(({ type }) => type),
      ['usage', 'timing'],
    );
  });

  it('does not wait long for a connection that stays open behind the last choice', async () => {
    const clock = new FakeClock();
    await using it = await world(streaming(line(chunk({ content: 'a' }, 'stop')), { do: 'stall' }), {
      clock,
    });
    const iterator = it.asked()[Symbol.asyncIterator]();
    for (let event = await iterator.next(); event.value?.type !== 'choice-end'; )
      event = await iterator.next();
    const rest = collect({ [Symbol.asyncIterator]: () => iterator });
    while (clock.timers === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    await clock.advance(2_000);
    const { events: told, error } = await rest;
    assert.equal(error, undefined);
    assert.deepEqual(
      told.map(({ type }) => type),
      ['timing'],
    );
    assert.equal(it.records[0]?.usage, undefined);
    await it.upstream.idle();
    assert.equal(clock.timers, 0);
  });

  it('stands when the connection is cut behind the last choice', async () => {
    await using it = await world(streaming(line(chunk({ content: 'a' }, 'stop')), { do: 'reset' }));
    const { events: told, error } = await collect(it.asked());
    assert.equal(error, undefined);
    assert.equal(textOf(told), 'a');
    assert.deepEqual(outcomes(it), ['answered']);
  });

  it('is missing when the connection is cut before it', async () => {
    for (const how of ['cut', 'reset', 'end'] as const) {
      await using it = await world(streaming(line(chunk({ content: 'Hal' })), { do: how }));
      const { events: told, error } = await collect(it.asked());
      assertFailed(error, 'interrupted');
      assert.equal(textOf(told), 'Hal');
      assert.deepEqual(outcomes(it), ['interrupted']);
    }
  });

  it('waits for the choices that have not begun', async () => {
    const one = { choices: [{ index: 1, delta: { content: 'b' }, finish_reason: 'stop' }] };
    const script = streaming(
      line(chunk({ content: 'a' }, 'stop')),
      { do: 'wait', milliseconds: 20 },
      { do: 'send', data: line(one) },
      { do: 'end' },
    );
    await using it = await world(script);
    const answer = await collect(it.asked(undefined, requestOf({ n: 2 })));
    assert.equal(textOf(answer.events, 1), 'b');
    await using short = await world(streaming(line(chunk({ content: 'a' }, 'stop'))));
    assertFailed((await collect(short.asked(undefined, requestOf({ n: 2 })))).error, 'interrupted');
  });
});

describe('limits of time', () => {
  const limits = { connectMs: 100, headersMs: 200, firstTokenMs: 500, idleMs: 1_000, totalMs: 9_000 };

  it('end a call that is accepted and never answered', async () => {
    const clock = new FakeClock();
    await using it = await world([{ do: 'stall' }], { clock, timeouts: limits });
    it.transport.close();
    const transport = new HttpTransport({ clock });
    const target = targetOf('openai', { baseUrl: it.upstream.url, timeouts: limits });
    const result = collect(callTarget(transport, { clock })(target, requestOf(), it.context));
    await asking(it.upstream);
    await clock.advance(200);
    const { error } = await result;
    assertFailed(error, 'timeout');
    assert.equal(error.error.status, 504);
    await it.upstream.idle();
    assert.deepEqual(outcomes(it), ['timeout']);
    assert.equal(clock.timers, 0);
  });

  it('end a call whose first token does not come, whatever else does', async () => {
    const clock = new FakeClock();
    const script = streaming(`: wait\n\n${line(chunk({ role: 'assistant', content: '' }))}`, { do: 'stall' });
    await using it = await world(script, { clock, timeouts: limits });
    const result = collect(it.asked());
    await asking(it.upstream);
    while (clock.timers === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    await clock.advance(499);
    assert.deepEqual(it.records, []);
    await clock.advance(1);
    const { events: told, error } = await result;
    assertFailed(error, 'timeout');
    assert.deepEqual(told, []);
    await it.upstream.idle();
    assert.deepEqual(outcomes(it), ['timeout']);
  });

  it('notice silence between events; comments do not break it', async () => {
    const clock = new FakeClock();
    const comment = { do: 'send', data: ': still here\n\n' } as const;
    const script = streaming(line(chunk({ content: 'a' })), { do: 'hold' }, comment, { do: 'stall' });
    await using it = await world(script, { clock, timeouts: limits });
    const iterator = it.asked()[Symbol.asyncIterator]();
    while ((await iterator.next()).value?.type !== 'text-delta');
    // Time that the reader takes does not count.
    await clock.advance(5_000);
    const pending = iterator.next();
    pending.catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 10));
    await clock.advance(900);
    it.upstream.proceed();
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(it.records, []);
    await clock.advance(100);
    await assert.rejects(
      pending,
      (error) => error instanceof UpstreamFailure && error.kind === 'interrupted',
    );
    await it.upstream.idle();
    assert.deepEqual(outcomes(it), ['interrupted']);
    assert.equal(clock.timers, 0);
  });

  it('leave no timer behind an answer', async () => {
    const clock = new FakeClock();
    await using it = await world(streaming(HELLO), { clock, timeouts: limits });
    await fold(it.asked());
    assert.equal(clock.timers, 0);
  });
});

import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { describe, it } from 'node:test';
import type { ChatEvent } from '../../core/event.ts';
import { text } from '../scripted.test.support.ts';
import { type End, WatchedEvents } from './watched.ts';

function watch(source: () => AsyncIterable<ChatEvent>, signal = new AbortController().signal) {
  const ends: End['how'][] = [];
  const events = new WatchedEvents(async () => source(), { over: ({ how }) => void ends.push(how) }, signal);
  return { events, ends, signal };
}

async function* two(): AsyncGenerator<ChatEvent> {
  yield text('a');
  yield text('b');
}

describe('a walk that is watched', () => {
  it('is begun by its reader, and tells its end once', async () => {
    let begun = 0;
    const { events, ends, signal } = watch(() => {
      begun++;
      return two();
    });
    assert.equal(begun, 0);
    let count = 0;
    for await (const _ of events) count++;
    assert.equal(count, 2);
    assert.deepEqual([begun, ends], [1, ['done']]);
    assert.deepEqual(await events.next(), { done: true, value: undefined });
    await events.return();
    assert.deepEqual(ends, ['done']);
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });

  it('tells a failure, at the beginning and later', async () => {
    const atOnce = watch(() => {
      throw new Error('no');
    });
    await assert.rejects(atOnce.events.next(), /no/);
    const later = watch(async function* () {
      yield text('a');
      throw new Error('no');
    });
    await later.events.next();
    await assert.rejects(later.events.next(), /no/);
    assert.deepEqual([atOnce.ends, later.ends], [['failed'], ['failed']]);
  });

  it('does not pass for finished when the signal ended it', async () => {
    const abort = new AbortController();
    const { events, ends } = watch(two, abort.signal);
    await events.next();
    abort.abort(new Error('gone'));
    assert.deepEqual(ends, ['left'], 'also when nobody asks for more');
    await assert.rejects(events.next(), /gone/);
    await assert.rejects(events.next(), /gone/);
    assert.deepEqual(ends, ['left']);
  });

  it('is not begun for a signal that was aborted before', async () => {
    const { events, ends } = watch(() => assert.fail('begun'), AbortSignal.abort(new Error('gone')));
    await assert.rejects(events.next(), /gone/);
    assert.deepEqual(ends, ['failed']);
  });

  it('ends what it watches when its reader goes', async () => {
    let isReleased = false;
    const { events, ends } = watch(async function* () {
      try {
        yield* two();
      } finally {
        isReleased = true;
      }
    });
    for await (const _ of events) break;
    assert.deepEqual([isReleased, ends], [true, ['left']]);
  });
});

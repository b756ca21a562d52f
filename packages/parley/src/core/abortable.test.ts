import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { abortable } from './abortable.ts';

const listeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

async function* numbers() {
  yield 1;
  yield 2;
}

function deafSource() {
  const state = { returned: 0 };
  const source: AsyncIterable<number> = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise(() => undefined),
      return: async () => {
        state.returned++;
        return { done: true, value: undefined };
      },
    }),
  };
  return { state, source };
}

test('gives every item and leaves no listener', async () => {
  const { signal } = new AbortController();
  const walk = abortable(numbers(), signal);
  assert.equal(listeners(signal), 1);
  const items: number[] = [];
  for await (const item of walk) items.push(item);
  assert.deepEqual(items, [1, 2]);
  assert.equal(listeners(signal), 0);
});

test('an abort ends a wait on a source that does not listen', async () => {
  const controller = new AbortController();
  const { state, source } = deafSource();
  const pending = abortable(source, controller.signal).next();
  const reason = new Error('gone');
  controller.abort(reason);
  await assert.rejects(pending, reason);
  assert.equal(state.returned, 1);
  assert.equal(listeners(controller.signal), 0);
});

test('an aborted signal ends the walk before it begins', async () => {
  const reason = new Error('gone');
  const signal = AbortSignal.abort(reason);
  const { state, source } = deafSource();
  await assert.rejects(abortable(source, signal).next(), reason);
  assert.equal(state.returned, 1);
});

test('leaving the loop returns the source and leaves no listener', async () => {
  const { signal } = new AbortController();
  let closed = false;
  async function* source() {
    try {
      yield 1;
      yield 2;
    } finally {
      closed = true;
    }
  }
  for await (const item of abortable(source(), signal)) if (item === 1) break;
  assert.equal(closed, true);
  assert.equal(listeners(signal), 0);
});

test('a failure of the source comes out unchanged and leaves no listener', async () => {
  const { signal } = new AbortController();
  const failure = new Error('boom');
  const failing: AsyncIterable<number> = {
    [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(failure) }),
  };
  await assert.rejects(abortable(failing, signal).next(), failure);
  assert.equal(listeners(signal), 0);
});

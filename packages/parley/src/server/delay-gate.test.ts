import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { DelayGate, realSleep } from './delay-gate.ts';

async function* letters(): AsyncIterable<string> {
  yield 'a';
  yield 'b';
}

const { signal } = new AbortController();

/** A clock that is moved by hand. */
function handClock() {
  const asleep: { milliseconds: number; wake: () => void }[] = [];
  const sleep = (milliseconds: number) => new Promise<void>((wake) => asleep.push({ milliseconds, wake }));
  return { asleep, sleep };
}

test('the source is asked after the time that was wanted, without one at once', async () => {
  const { asleep, sleep } = handClock();
  const gate = new DelayGate(1, sleep);
  let asked = 0;
  const source = () => {
    asked++;
    return letters();
  };
  const walk = gate.after(1.5, signal, source)[Symbol.asyncIterator]();
  const first = walk.next();
  assert.deepEqual([gate.waiting, asked, asleep[0]?.milliseconds], [1, 0, 1500]);
  asleep[0]?.wake();
  assert.deepEqual(await first, { done: false, value: 'a' });
  assert.deepEqual([gate.waiting, asked], [0, 1]);
  assert.equal((await walk.next()).value, 'b');
  assert.equal((await walk.next()).done, true);
  assert.equal((await gate.after(0, signal, source)[Symbol.asyncIterator]().next()).value, 'a');
  assert.equal(asleep.length, 1);
});

test('only so many wait', async () => {
  const { asleep, sleep } = handClock();
  const gate = new DelayGate(2, sleep);
  const waiting = [1, 2].map(() => gate.after(1, signal, letters)[Symbol.asyncIterator]().next());
  await assert.rejects(gate.after(1, signal, letters)[Symbol.asyncIterator]().next(), {
    status: 429,
    code: 'overloaded',
  });
  for (const { wake } of asleep) wake();
  await Promise.all(waiting);
  assert.equal(gate.waiting, 0);
});

test('a caller who goes ends the wait and leaves nothing behind', async () => {
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  const gate = new DelayGate(1, realSleep);
  const controller = new AbortController();
  const walk = gate.after(60, controller.signal, letters)[Symbol.asyncIterator]();
  const first = walk.next();
  assert.equal(timers(), before + 1);
  controller.abort();
  await assert.rejects(first, { name: 'AbortError' });
  assert.deepEqual([gate.waiting, timers()], [0, before]);
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
  await assert.rejects(gate.after(60, controller.signal, letters)[Symbol.asyncIterator]().next(), {
    name: 'AbortError',
  });
  assert.equal(gate.waiting, 0);
});

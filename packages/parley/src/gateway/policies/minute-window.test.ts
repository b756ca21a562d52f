import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MinuteWindow } from './minute-window.ts';

test('no minute holds more than the limit, wherever it begins', () => {
  const limit = 20;
  const window = new MinuteWindow();
  const taken: number[] = [];
  // A step that is no divisor of a second, so that all phases occur.
  for (let now = 5_000; now < 400_000; now += 337) {
    if (window.waitMs(1, limit, now) > 0) continue;
    window.take(1, now);
    taken.push(now);
  }
  assert.ok(taken.length > 5 * limit, `${taken.length}`);
  for (const from of taken) {
    const inMinute = taken.filter((at) => at >= from && at < from + 60_000).length;
    assert.ok(inMinute <= limit, `${inMinute} from ${from}`);
  }
});

test('the wait it names is exactly long enough', () => {
  const window = new MinuteWindow();
  window.take(30, 10_500);
  window.take(60, 20_000);
  window.take(10, 30_000);
  for (const amount of [1, 30, 31, 90, 100]) {
    const waitMs = window.waitMs(amount, 100, 30_000);
    assert.ok(waitMs > 0);
    const later = new MinuteWindow();
    later.take(30, 10_500);
    later.take(60, 20_000);
    later.take(10, 30_000);
    assert.ok(later.waitMs(amount, 100, 30_000 + waitMs - 1) > 0, `${amount}`);
    assert.equal(later.waitMs(amount, 100, 30_000 + waitMs), 0, `${amount}`);
  }
});

test('what turns out to be less, or more, is corrected while it counts', () => {
  const window = new MinuteWindow();
  const second = window.take(80, 0);
  assert.ok(window.waitMs(50, 100, 1_000) > 0);
  window.correct(second, -50, 2_000);
  assert.equal(window.waitMs(50, 100, 2_000), 0);
  assert.equal(window.used, 30);
  window.correct(second, 1_000, 62_000);
  assert.equal(window.used, 0, 'it is forgotten');
});

test('an amount above the limit fits when nothing else is there', () => {
  const window = new MinuteWindow();
  assert.equal(window.waitMs(500, 100, 0), 0);
  window.take(500, 0);
  assert.ok(window.waitMs(1, 100, 59_000) > 0);
  assert.equal(window.waitMs(500, 100, 61_000), 0);
});

test('no limit is none', () => {
  const window = new MinuteWindow();
  window.take(1e12, 0);
  assert.equal(window.waitMs(1e12, Number.POSITIVE_INFINITY, 0), 0);
});

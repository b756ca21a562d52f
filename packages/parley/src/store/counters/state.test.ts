import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FRESH, later, NOTHING_SPENT, roll, spend, windowsAt } from './state.ts';

const MIDNIGHT = Date.UTC(2026, 3, 1);

test('windows are minutes, days and months of UTC', () => {
  const before = windowsAt(MIDNIGHT - 1);
  const after = windowsAt(MIDNIGHT);
  assert.deepEqual(
    [after.minute - before.minute, after.day - before.day, after.month - before.month],
    [1, 1, 1],
  );
  assert.deepEqual(windowsAt(MIDNIGHT + 59_999), after);
  assert.equal(windowsAt(Date.UTC(2027, 0, 1)).month - windowsAt(Date.UTC(2026, 11, 31)).month, 1);
  assert.deepEqual(windowsAt(0), { minute: 0, day: 0, month: 1970 * 12 });
});

test('a window that is over is empty, and those that go on are not', () => {
  const state = {
    ...FRESH,
    ...spend(NOTHING_SPENT, 5n, windowsAt(MIDNIGHT - 1)),
    ...windowsAt(MIDNIGHT - 1),
  };
  const used = { ...state, requests: 3, tokens: 30, concurrent: 2, held: 7n };
  const rolled = roll(used, windowsAt(MIDNIGHT));
  assert.deepEqual([rolled.requests, rolled.tokens, rolled.daySpent, rolled.monthSpent], [0, 0, 0n, 0n]);
  assert.deepEqual([rolled.totalSpent, rolled.concurrent, rolled.held], [5n, 2, 7n]);
  const nextDay = roll({ ...used, ...windowsAt(MIDNIGHT) }, windowsAt(MIDNIGHT + 86_400_000));
  assert.deepEqual([nextDay.daySpent, nextDay.monthSpent], [0n, 5n]);
  assert.deepEqual(roll(used, windowsAt(0)), used);
});

test('a call costs in the day and the month in which it started', () => {
  const today = spend(NOTHING_SPENT, 10n, windowsAt(MIDNIGHT));
  assert.deepEqual([today.daySpent, today.monthSpent, today.totalSpent], [10n, 10n, 10n]);
  const late = spend(today, 1n, windowsAt(MIDNIGHT - 1));
  assert.deepEqual([late.daySpent, late.monthSpent, late.totalSpent], [10n, 10n, 11n]);
  const tomorrow = spend(late, 2n, windowsAt(MIDNIGHT + 86_400_000));
  assert.deepEqual([tomorrow.daySpent, tomorrow.monthSpent, tomorrow.totalSpent], [2n, 12n, 13n]);
});

test('of two readings the later one counts, in whichever order they come', () => {
  const first = spend(NOTHING_SPENT, 10n, windowsAt(MIDNIGHT - 1));
  const second = spend(first, 1n, windowsAt(MIDNIGHT - 1));
  const third = spend(second, 2n, windowsAt(MIDNIGHT));
  for (const [a, b, most] of [
    [first, second, second],
    [second, third, third],
    [first, third, third],
    [NOTHING_SPENT, first, first],
  ] as const) {
    assert.deepEqual(later(a, b), most);
    assert.deepEqual(later(b, a), most);
  }
});

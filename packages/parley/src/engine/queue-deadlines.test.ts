import assert from 'node:assert/strict';
import { test } from 'node:test';
import { request, setUp, type Wish } from './engine.fixture.ts';
import { QueueDeadlines } from './queue-deadlines.ts';

test('a request is overdue when its time has come, not before, and until it is deleted', () => {
  const deadlines = new QueueDeadlines();
  deadlines.add(1, 100, 50);
  deadlines.add(2, 100, 500);
  assert.deepEqual(deadlines.overdue(149), []);
  const [first, ...more] = deadlines.overdue(150);
  assert.deepEqual([first?.request, more], [1, []]);
  const { status, code, param, retryAfterSeconds } = first?.refusal ?? {};
  assert.deepEqual(
    [status, code, param, retryAfterSeconds],
    [429, 'queue_threshold_exceeded', 'queue_threshold', 1],
  );
  deadlines.delete(1);
  assert.deepEqual([deadlines.overdue(150).length, deadlines.size], [0, 1]);
});

/** The clock of the fixture moves by one with every look at it. */
function busyEngine(waiting: Wish) {
  const engine = setUp({ contextLength: 256 }, 1);
  const running = request({ maxTokens: 60, sampling: { ignoreEos: true } });
  const late = request({ prompt: 'another', maxTokens: 3, sampling: { ignoreEos: true }, ...waiting });
  engine.engine.add(running);
  engine.engine.add(late);
  return { ...engine, running, late };
}

test('a request that waits for longer than it wants is refused before its first token; the others go on', () => {
  const { finish, updates, running, late, doneOf, engine, errors } = busyEngine({ queueLimitMs: 50 });
  finish();
  const told = updates.filter((update) => update.request === late.id);
  assert.deepEqual(
    told.map((update) => [update.kind, update.kind === 'failed' && update.error.code]),
    [['failed', 'queue_threshold_exceeded']],
  );
  const failedAt = updates.findIndex((update) => update.kind === 'failed');
  const doneAt = updates.findIndex((update) => update.kind === 'done');
  assert.ok(failedAt < doneAt, 'it was refused while the other one was still running');
  assert.equal(doneOf(running.id)?.usage.completionTokens, 60);
  assert.deepEqual([engine.busy, engine.stats().waiting, errors], [false, 0, []]);
});

test('a request whose turn comes in time is answered, however long that takes', () => {
  const { finish, late, doneOf, updates } = busyEngine({ queueLimitMs: 20_000 });
  finish();
  assert.equal(doneOf(late.id)?.usage.completionTokens, 3);
  const { engine, finish: finishLong, doneOf: doneOfLong } = setUp({ contextLength: 256 });
  const long = request({ maxTokens: 100, sampling: { ignoreEos: true }, queueLimitMs: 50 });
  engine.add(long);
  finishLong();
  assert.equal(doneOfLong(long.id)?.usage.completionTokens, 100);
  assert.ok((doneOfLong(long.id)?.timing.totalSeconds ?? 0) > 0.05);
  assert.ok(updates.every((update) => update.kind !== 'failed'));
});

test('what was spent before the queue counts, and all choices go together', () => {
  const { finish, updates, late } = busyEngine({ queueLimitMs: 50, arrivedAt: -60, n: 3 });
  finish();
  assert.deepEqual(
    updates.filter((update) => update.request === late.id).map(({ kind }) => kind),
    ['failed'],
  );
});

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { completion, labelled, openStore, query, question, temporaryFolder } from './store.fixture.ts';

const HOUR = 3_600_000;

test('beyond the number of completions the oldest give way', async (t) => {
  const { ids, add } = openStore(t, { limits: { completions: 3 } });
  await add('a', 'c0', 'c1', 'c2', 'c3', 'c4');
  assert.deepEqual(await ids(), ['c2', 'c3', 'c4']);
  // A walk that stood on one of them goes on.
  assert.deepEqual(await ids({ after: 'c1' }), ['c2', 'c3', 'c4']);
});

test('one who keeps much pushes out what is its own', async (t) => {
  const { ids, add } = openStore(t, { limits: { completions: 4 } });
  await add('b', 'b0');
  await add('a', 'a0', 'a1', 'a2', 'a3', 'a4');
  assert.deepEqual(await ids({}, 'b'), ['b0']);
  assert.deepEqual(await ids({}, 'a'), ['a2', 'a3', 'a4']);
  await add('b', 'b1', 'b2');
  assert.deepEqual(await ids({}, 'b'), ['b1', 'b2']);
  assert.deepEqual(await ids({}, 'a'), ['a3', 'a4']);
});

test('bytes are counted: of answers, of messages, of metadata', async (t) => {
  const bulky = 'ä'.repeat(500);
  const size =
    Buffer.byteLength(JSON.stringify(completion('c0'))) + Buffer.byteLength(JSON.stringify(question));
  const { store, ids, add } = openStore(t, { limits: { bytes: 3 * size } });
  await add('a', 'c0', 'c1', 'c2');
  assert.deepEqual(await ids(), ['c0', 'c1', 'c2']);
  await store.update('a', 'c0', { bulky });
  await add('b', 'x');
  assert.deepEqual([await ids(), await ids({}, 'b')], [['c1', 'c2'], ['x']]);
  await store.update('a', 'c2', { bulky });
  await store.update('a', 'c2', {});
  await add('b', 'y');
  assert.deepEqual([await ids(), await ids({}, 'b')], [['c2'], ['x', 'y']]);
  await store.add('b', completion('z'), [{ role: 'user', content: bulky }]);
  assert.deepEqual([await ids(), await ids({}, 'b')], [[], ['z']]);
});

test('what is larger than all the room is refused and displaces nothing', async (t) => {
  const { store, ids, add } = openStore(t, { limits: { bytes: 2_000 } });
  await add('a', 'c0');
  await assert.rejects(store.add('a', labelled('c1', { k: 'x'.repeat(2_000) }), question), {
    status: 400,
    param: 'store',
    message: /at most 2000 can be stored/,
  });
  assert.deepEqual(await ids(), ['c0']);
});

test('after its time a completion is gone for every question, and its id is free', async (t) => {
  const { store, clock, ids, add } = openStore(t);
  await add('a', 'c0');
  clock.now += HOUR - 1;
  await add('a', 'c1');
  assert.deepEqual(await ids(), ['c0', 'c1']);
  clock.now += 1;
  assert.deepEqual(await ids(), ['c1']);
  assert.equal(await store.get('a', 'c0'), undefined);
  assert.equal(await store.messages('a', 'c0'), undefined);
  assert.equal(await store.update('a', 'c0', {}), undefined);
  assert.equal(await store.remove('a', 'c0'), false);
  await add('a', 'c0');
  assert.deepEqual(await ids(), ['c1', 'c0']);
});

test('what is over gives way before what is not', async (t) => {
  const { clock, ids, add } = openStore(t, { limits: { completions: 3 } });
  await add('b', 'b0');
  clock.now += HOUR;
  await add('a', 'a0', 'a1', 'a2');
  assert.deepEqual(await ids(), ['a0', 'a1', 'a2']);
});

test('a sweep removes what is over from the disk, some at a time', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const path = join(temporaryFolder(t), 'store.db');
  const { store, clock, failures, add } = openStore(t, { path });
  await add('a', ...Array.from({ length: 501 }, (_, i) => `c${i}`));
  const kept = async () => {
    // A clock that stands far behind sees all that is there.
    const other = openStore(t, { path, limits: { ageSeconds: 1e9 } });
    let count = 0;
    let after: string | undefined;
    for (let more = true; more; ) {
      const page = await other.store.list('a', query({ limit: 100, after }));
      count += page.completions.length;
      after = page.completions.at(-1)?.id;
      more = page.more;
    }
    await other.store.close();
    return count;
  };
  t.mock.timers.tick(60_000);
  assert.equal(await kept(), 501);
  clock.now += HOUR;
  t.mock.timers.tick(60_000);
  assert.equal(await kept(), 1);
  t.mock.timers.tick(60_000);
  assert.equal(await kept(), 0);
  assert.deepEqual(failures, []);
  await store.close();
});

test('narrower limits hold from the start', async (t) => {
  const path = join(temporaryFolder(t), 'store.db');
  const wide = openStore(t, { path });
  await wide.add('a', 'c0', 'c1', 'c2');
  await wide.store.close();
  const narrow = openStore(t, { path, limits: { completions: 2 } });
  assert.deepEqual(await narrow.ids(), ['c1', 'c2']);
});

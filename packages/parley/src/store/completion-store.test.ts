import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Message, Metadata } from '@parley/protocol';
import { completion, labelled, openStore, query, question, temporaryFolder } from './store.fixture.ts';

const PLACES = {
  memory: () => undefined,
  file: (t: TestContext) => join(temporaryFolder(t), 'store.db'),
};

for (const [where, pathOf] of Object.entries(PLACES)) {
  const open = (t: TestContext) => openStore(t, { path: pathOf(t) });

  test(`${where}: what is kept comes back as it was`, async (t) => {
    const { store } = open(t);
    const kept = completion('c1', {
      metadata: { z: '1', a: 'ä\u0000😀', '': '' },
      seed: '18446744073709551615',
    });
    const messages: Message[] = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
    ];
    await store.add('a', kept, messages);
    assert.deepEqual(await store.get('a', 'c1'), kept);
    assert.deepEqual(await store.messages('a', 'c1'), messages);
    assert.deepEqual(await store.list('a', query()), { completions: [kept], more: false });
  });

  test(`${where}: what is not there is not there`, async (t) => {
    const { store } = open(t);
    assert.equal(await store.get('a', 'c1'), undefined);
    assert.equal(await store.messages('a', 'c1'), undefined);
    assert.equal(await store.update('a', 'c1', {}), undefined);
    assert.equal(await store.remove('a', 'c1'), false);
    assert.deepEqual(await store.list('a', query()), { completions: [], more: false });
  });

  test(`${where}: owners do not see each other`, async (t) => {
    const { store, ids, add } = open(t);
    await add('a', 'same', 'mine');
    await add('b', 'same');
    assert.deepEqual(await ids({}, 'a'), ['same', 'mine']);
    assert.deepEqual(await ids({}, 'b'), ['same']);
    assert.deepEqual(await ids({}, ''), []);
    assert.equal(await store.get('b', 'mine'), undefined);
    assert.equal(await store.messages('b', 'mine'), undefined);
    assert.equal(await store.update('b', 'mine', { x: 'y' }), undefined);
    assert.equal(await store.remove('b', 'mine'), false);
    await assert.rejects(store.list('b', query({ after: 'mine' })), { status: 400, param: 'after' });
    await store.remove('b', 'same');
    assert.ok(await store.get('a', 'same'));
  });

  test(`${where}: an id is kept once`, async (t) => {
    const { store, add } = open(t);
    await add('a', 'c1');
    await assert.rejects(store.add('a', completion('c1', { model: 'other' }), question), {
      status: 400,
      param: 'request_id',
    });
    assert.equal((await store.get('a', 'c1'))?.model, 'm');
    await store.remove('a', 'c1');
    await store.add('a', completion('c1', { model: 'other' }), question);
    assert.equal((await store.get('a', 'c1'))?.model, 'other');
  });

  test(`${where}: pages go through everything once, in both directions`, async (t) => {
    const { store, ids } = open(t);
    // By the time of the answer, then by the order of keeping.
    const kept = [3, 1, 2, 2, 1].map((created, i) => completion(`c${i}`, { created }));
    for (const each of kept) await store.add('a', each, question);
    const asc = ['c1', 'c4', 'c2', 'c3', 'c0'];
    for (const order of ['asc', 'desc'] as const) {
      const expected = order === 'asc' ? asc : asc.toReversed();
      assert.deepEqual(await ids({ order }), expected);
      const seen: string[] = [];
      for (let after: string | undefined; ; after = seen.at(-1)) {
        const { completions, more } = await store.list('a', query({ order, after, limit: 2 }));
        seen.push(...completions.map(({ id }) => id));
        if (!more) break;
        assert.equal(completions.length, 2);
      }
      assert.deepEqual(seen, expected);
    }
  });

  test(`${where}: pages stay in step while completions come and go`, async (t) => {
    const { store, ids, add } = open(t);
    await add('a', 'c0', 'c1', 'c2', 'c3', 'c4');
    assert.deepEqual(await ids({ limit: 2 }), ['c0', 'c1']);
    for (const id of ['c0', 'c1', 'c2']) await store.remove('a', id);
    await add('a', 'c5');
    assert.deepEqual(await ids({ limit: 2, after: 'c1' }), ['c3', 'c4']);
    assert.deepEqual(await ids({ limit: 2, after: 'c4' }), ['c5']);
    assert.deepEqual(await ids({ after: 'c2', order: 'desc' }), []);
    // An id that came back stands where it is now.
    await add('a', 'c1');
    assert.deepEqual(await ids({ after: 'c5' }), ['c1']);
    await assert.rejects(store.list('a', query({ after: 'never' })), { status: 400, param: 'after' });
  });

  test(`${where}: filters by model and by every pair of metadata`, async (t) => {
    const { store, ids } = open(t);
    await store.add('a', labelled('c0', { user: 'u1', run: '1' }), question);
    await store.add('a', labelled('c1', { user: 'u1', run: '2' }), question);
    await store.add('a', { ...labelled('c2', { user: 'u2', run: '1' }), model: 'other' }, question);
    await store.add('b', labelled('c3', { user: 'u1', run: '1' }), question);
    assert.deepEqual(await ids({ metadata: { user: 'u1' } }), ['c0', 'c1']);
    assert.deepEqual(await ids({ metadata: { run: '1' }, order: 'desc' }), ['c2', 'c0']);
    assert.deepEqual(await ids({ metadata: { run: '1', user: 'u1' } }), ['c0']);
    assert.deepEqual(await ids({ metadata: { run: '1' }, model: 'other' }), ['c2']);
    assert.deepEqual(await ids({ model: 'm', after: 'c0' }), ['c1']);
    const nothing: Metadata[] = [{ user: 'u3' }, { user: 'u2', run: '2' }, { "x' OR 1=1 --": 'u1' }];
    for (const metadata of nothing) assert.deepEqual(await ids({ metadata }), []);
  });

  test(`${where}: metadata is replaced as a whole`, async (t) => {
    const { store, ids } = open(t);
    const before = labelled('c0', { old: '1', both: '1' });
    await store.add('a', before, question);
    const after = await store.update('a', 'c0', { both: '2', new: '3' });
    assert.deepEqual(after, { ...before, metadata: { both: '2', new: '3' } });
    assert.deepEqual(await store.get('a', 'c0'), after);
    assert.deepEqual(await ids({ metadata: { old: '1' } }), []);
    assert.deepEqual(await ids({ metadata: { both: '2' } }), ['c0']);
    await store.update('a', 'c0', {});
    assert.deepEqual((await store.get('a', 'c0'))?.metadata, {});
  });

  test(`${where}: a page of very large completions ends early and says so`, async (t) => {
    const { store } = open(t);
    const large = 'x'.repeat(6 * 1024 * 1024);
    for (let i = 0; i < 4; i++) await store.add('a', completion(`c${i}`, { system_fingerprint: large }), []);
    const first = await store.list('a', query());
    assert.deepEqual([first.completions.length, first.more], [2, true]);
    const second = await store.list('a', query({ after: 'c1' }));
    assert.deepEqual([second.completions.length, second.more], [2, false]);
  });

  test(`${where}: metadata whose keys differ in half characters only is kept`, async (t) => {
    const { store } = open(t);
    const metadata = { '\ud800': '1', '\ud801': '1' };
    await store.add('a', labelled('c0', metadata), question);
    assert.deepEqual((await store.get('a', 'c0'))?.metadata, metadata);
  });
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { model } from '../src/server/fake-backend.test.support.ts';
import { failure, statusAndCode } from '../src/server/test-server.test.support.ts';
import { bearer, path, StoringServer } from './stored-server.ts';

test('pages lead through all completions, while some are deleted', async () => {
  await using storing = await StoringServer.start();
  const all: string[] = [];
  for (let i = 0; i < 25; i++) all.push((await storing.keep()).id);
  const first = await storing.list();
  assert.deepEqual(
    first.data.map(({ id }) => id),
    all.slice(0, 20),
  );
  assert.deepEqual(
    [first.object, first.first_id, first.last_id, first.has_more],
    ['list', all[0], all[19], true],
  );
  // As client libraries clear everything: page by page, each page deleted before the next is asked for.
  for (const id of all.slice(0, 20))
    assert.equal((await storing.send('DELETE', `${path}/${id}`)).status, 200);
  const second = await storing.list(`after=${first.last_id}`);
  assert.deepEqual([second.data.length, second.first_id, second.has_more], [5, all[20], false]);
  assert.deepEqual(await storing.ids('order=desc&limit=2'), [all[24], all[23]]);
  assert.deepEqual(await storing.list(`after=${all[24]}`), {
    object: 'list',
    data: [],
    first_id: null,
    last_id: null,
    has_more: false,
  });
});

test('lists are filtered by model, also by its alias, and by metadata', async () => {
  await using storing = await StoringServer.start();
  const red = await storing.keep({ metadata: { colour: 'red', size: '[1]' } });
  const blue = await storing.keep({ metadata: { colour: 'blue', '': 'ä&=' } });
  for (const [query, ids] of [
    ['metadata[colour]=red', [red.id]],
    ['metadata%5Bcolour%5D=blue&metadata%5B%5D=%C3%A4%26%3D', [blue.id]],
    ['metadata[colour]=red&metadata[size]=[1]', [red.id]],
    ['metadata[colour]=red&metadata[size]=2', []],
    ['metadata[colour]=', []],
    ['model=tiny', [red.id, blue.id]],
    [`model=${encodeURIComponent(model.id)}&order=desc`, [blue.id, red.id]],
    ['model=another', []],
    // Clients write null as nothing.
    ['metadata=&model=&after=&limit=&order=', [red.id, blue.id]],
  ] as const) {
    assert.deepEqual(await storing.ids(query), ids, query);
  }
});

test('a query that means nothing is a 400 that names it, or is reported', async () => {
  await using storing = await StoringServer.start();
  const { id } = await storing.keep();
  for (const [query, param] of [
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['limit=-1', 'limit'],
    ['limit=1.5', 'limit'],
    ['limit=many', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['order=up', 'order'],
    ['after=never', 'after'],
    [`after=${'x'.repeat(1000)}`, 'after'],
  ] as const) {
    for (const target of [path, `${path}/${id}/messages`]) {
      const refused = await failure(await storing.send('GET', `${target}?${query}`));
      assert.deepEqual([refused.status, refused.param], [400, param], query);
    }
  }
  for (const [query, param] of [
    ['metadata=red', 'metadata'],
    [`metadata[${'k'.repeat(65)}]=v`, `metadata.${'k'.repeat(65)}`],
    [`metadata[k]=${'v'.repeat(513)}`, 'metadata.k'],
    [Array.from({ length: 17 }, (_, i) => `metadata[k${i}]=v`).join('&'), 'metadata'],
  ] as const) {
    const refused = await failure(await storing.send('GET', `${path}?${query}`));
    assert.deepEqual([refused.status, refused.param], [400, param], query);
  }
  const reported = await storing.send('GET', `${path}?before=x`);
  assert.deepEqual([reported.status, reported.headers.get('x-parley-parameters')], [200, 'before;ignored']);
});

test('the messages of the request are there, with ids, in pages', async () => {
  await using storing = await StoringServer.start();
  const parts = [{ type: 'text', text: 'Hi' }, 'there'];
  const call = { id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } };
  const { id } = await storing.keep({
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', name: 'Ann', content: parts },
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: 'c1', content: '1' },
      { author: { role: 'user', name: 'Bob' }, content: 'And?' },
    ],
  });
  const none = { name: null, refusal: null, content_parts: null };
  const expected = [
    { ...none, id: `${id}-0`, role: 'system', content: 'Be brief.' },
    { ...none, id: `${id}-1`, role: 'user', name: 'Ann', content: null, content_parts: parts },
    { ...none, id: `${id}-2`, role: 'assistant', content: null, tool_calls: [call] },
    { ...none, id: `${id}-3`, role: 'tool', tool_call_id: 'c1', content: '1' },
    {
      ...none,
      id: `${id}-4`,
      role: 'user',
      author: { role: 'user', name: 'Bob' },
      name: 'Bob',
      content: 'And?',
    },
  ];
  const all = { object: 'list', data: expected, first_id: `${id}-0`, last_id: `${id}-4`, has_more: false };
  assert.deepEqual(await storing.messages(id), all);
  const page = await storing.messages(id, `limit=2&order=desc&after=${id}-4`);
  assert.deepEqual(page.data, [expected[3], expected[2]]);
  assert.deepEqual([page.first_id, page.last_id, page.has_more], [`${id}-3`, `${id}-2`, true]);
});

test('metadata is replaced, and nothing else can be', async () => {
  await using storing = await StoringServer.start();
  const { id } = await storing.keep({ metadata: { old: '1' } });
  const before = await storing.retrieve(id);
  const update = (body: object) => storing.send('POST', `${path}/${id}`, body);
  const changed = await update({ metadata: { new: '2' } });
  const after = { ...before, metadata: { new: '2' } };
  assert.deepEqual([changed.status, await changed.json()], [200, after]);
  assert.deepEqual(await storing.retrieve(id), after);
  assert.deepEqual(await storing.ids('metadata[old]=1'), []);
  assert.deepEqual(await storing.ids('metadata[new]=2'), [id]);
  const reported = await update({ metadata: null, model: 'x' });
  assert.equal(reported.headers.get('x-parley-parameters'), 'model;ignored');
  assert.deepEqual(await storing.retrieve(id), { ...before, metadata: {} });
  for (const [body, param] of [
    [{}, 'metadata'],
    [{ metadata: 'x' }, 'metadata'],
    [{ metadata: { a: 1 } }, 'metadata.a'],
    [{ metadata: { a: 'v'.repeat(513) } }, 'metadata.a'],
  ] as const) {
    const refused = await failure(await update(body));
    assert.deepEqual([refused.status, refused.param], [400, param]);
  }
});

test('a deleted completion is gone', async () => {
  await using storing = await StoringServer.start();
  const { id } = await storing.keep();
  const deleted = await storing.send('DELETE', `${path}/${id}`);
  assert.deepEqual(await deleted.json(), { object: 'chat.completion.deleted', id, deleted: true });
  assert.deepEqual(await storing.ids(), []);
});

test('what is not there is a 404 for every verb', async () => {
  await using storing = await StoringServer.start();
  for (const [method, target, body] of [
    ['GET', `${path}/none`],
    ['POST', `${path}/none`, { metadata: {} }],
    ['DELETE', `${path}/none`],
    ['GET', `${path}/none/messages`],
  ] as const) {
    const answer = await storing.send(method, target, body);
    assert.deepEqual(await statusAndCode(answer), [404, 'completion_not_found'], `${method} ${target}`);
  }
  const wrong = await storing.send('DELETE', `${path}/none/messages`);
  assert.deepEqual([wrong.status, wrong.headers.get('allow')], [405, 'GET, HEAD, OPTIONS']);
});

test('keys do not see what others have kept', async () => {
  await using storing = await StoringServer.start({ keys: ['one', 'two'] });
  const { id } = await storing.keep({ messages: [{ role: 'user', content: 'secret' }] }, bearer('one'));
  assert.deepEqual(await storing.ids('', bearer('one')), [id]);
  assert.deepEqual(await storing.ids('', bearer('two')), []);
  for (const [method, target] of [
    ['GET', `${path}/${id}`],
    ['GET', `${path}/${id}/messages`],
    ['DELETE', `${path}/${id}`],
  ] as const) {
    const theirs = await fetch(storing.server.url + target, { method, ...bearer('two') });
    assert.deepEqual(await statusAndCode(theirs), [404, 'completion_not_found']);
    const strangers = await fetch(storing.server.url + target, { method });
    assert.deepEqual(await statusAndCode(strangers), [401, 'invalid_api_key']);
  }
  const cursor = await fetch(`${storing.server.url}${path}?after=${id}`, bearer('two'));
  assert.equal((await failure(cursor)).param, 'after');
  assert.equal((await storing.retrieve(id, bearer('one'))).id, id);
});

test('ids that look like paths are ids', async () => {
  await using storing = await StoringServer.start();
  for (const id of ['a/b', 'a/messages', 'messages', 'a?b#c%25', '~-0']) {
    await storing.keep({ request_id: id, metadata: { id } });
    assert.deepEqual((await storing.retrieve(id)).metadata, { id });
    assert.deepEqual((await storing.messages(id)).first_id, `${id}-0`);
  }
});

test('a web page may delete what it may read', async () => {
  await using storing = await StoringServer.start();
  const headers = { origin: 'http://localhost:3000', 'access-control-request-method': 'DELETE' };
  const preflight = await fetch(`${storing.server.url}${path}/x`, { method: 'OPTIONS', headers });
  assert.match(preflight.headers.get('access-control-allow-methods') ?? '', /DELETE/);
});

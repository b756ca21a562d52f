import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CliProcess } from './cli-process.ts';
import { path } from './stored-server.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-stored-'));
});
after(() => rm(folder, { recursive: true, force: true }));

const serve = (...flags: string[]) => new CliProcess(['serve', '--port', '0', ...flags]);

async function ask(url: string, parameters: object) {
  const messages = [{ role: 'user', content: 'Hello!' }];
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ messages, max_tokens: 8, seed: 1, ...parameters }),
  });
  return { status: response.status, text: await response.text() };
}

const ids = async (url: string): Promise<string[]> => {
  const { data } = JSON.parse(await (await fetch(url + path)).text());
  return data.map(({ id }: { id: string }) => id);
};

test('what is stored in a file is there for the next server, whole and streamed answers alike', async () => {
  const flags = ['--store-path', join(folder, 'kept.db')];
  let whole = '';
  {
    await using server = serve(...flags);
    const url = await server.url();
    whole = (await ask(url, { store: true, request_id: 'whole', metadata: { run: '1' } })).text;
    const streamed = await ask(url, { store: true, request_id: 'streamed', stream: true });
    assert.match(streamed.text, /\[DONE\]/);
    server.signal('SIGTERM');
    assert.equal(await server.exited, 0);
    assert.equal(server.stderr.includes('Warning'), false, server.stderr);
  }
  await using server = serve(...flags);
  const url = await server.url();
  assert.deepEqual(await ids(url), ['whole', 'streamed']);
  const kept = JSON.parse(await (await fetch(`${url}${path}/whole`)).text());
  assert.deepEqual({ ...kept, ...JSON.parse(whole) }, kept);
  assert.deepEqual(kept.metadata, { run: '1' });
  const streamed = JSON.parse(await (await fetch(`${url}${path}/streamed`)).text());
  assert.deepEqual(streamed.choices, kept.choices);
});

test('without a file answers are kept while the server runs, and with no room they are refused', async () => {
  {
    await using server = serve();
    const url = await server.url();
    assert.equal((await ask(url, { store: true, request_id: 'r1' })).status, 200);
    assert.deepEqual(await ids(url), ['r1']);
  }
  await using server = serve('--store-limit', '0');
  const url = await server.url();
  const { status, text } = await ask(url, { store: true });
  assert.equal(status, 400);
  assert.match(text, /this server keeps no answers/);
});

test('a file that cannot be the store ends the start with its name', async () => {
  const file = join(folder, 'notes.txt');
  await writeFile(file, 'These are my notes. '.repeat(50));
  await using server = serve('--store-path', file);
  assert.equal(await server.exited, 1);
  assert.match(server.stderr, /The store .*notes\.txt cannot be opened: file is not a database\./);
});

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { loadProcessors } from './load-processors.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-processors-'));
});
after(() => rm(folder, { recursive: true }));

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

test('modules of JavaScript and TypeScript are joined into one registry', async () => {
  const paths = [
    await file('a b.mjs', 'export const processors = { one: () => () => {} };'),
    await file('c.mts', 'export const processors: object = { two: (options: unknown) => () => options };'),
  ];
  assert.deepEqual([...(await loadProcessors(paths)).keys()], ['one', 'two']);
  assert.equal((await loadProcessors([])).size, 0);
});

test('what cannot be used is an error that names the file', async () => {
  const good = await file('good.mjs', 'export const processors = { one: () => () => {} };');
  const twin = await file('twin.mjs', 'export const processors = { one: () => () => {} };');
  const cases: [string[], RegExp][] = [
    [[join(folder, 'missing.mjs')], /missing\.mjs cannot be loaded/],
    [[await file('syntax.mjs', 'export const =')], /syntax\.mjs cannot be loaded/],
    [[await file('throws.mjs', 'throw new Error("no key");')], /throws\.mjs cannot be loaded: no key/],
    [[await file('nothing.mjs', 'export const other = 1;')], /nothing\.mjs must export processors/],
    [[await file('empty.mjs', 'export const processors = {};')], /empty\.mjs must export processors/],
    [
      [await file('text.mjs', 'export const processors = { a: 1 };')],
      /text\.mjs: processors\.a must be a function/,
    ],
    [[good, twin], /'one' of .*twin\.mjs is there already/],
  ];
  for (const [paths, message] of cases) await assert.rejects(loadProcessors(paths), message);
});

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { resolveServe } from './resolve.ts';
import type { Config } from './schema.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-resolve-'));
  await writeFile(join(folder, 'some-model.gguf'), '');
  await writeFile(join(folder, 'a=b.gguf'), '');
});
after(() => rm(folder, { recursive: true }));

const serve = (flags: Parameters<typeof resolveServe>[0], config: Config = {}, environment = {}) =>
  resolveServe(flags, environment, { path: join(folder, 'conf', 'parley.yaml'), config }, folder);

test('the defaults serve the embedded model on this machine alone', () => {
  const settings = serve({});
  assert.equal(settings.host, '127.0.0.1');
  assert.equal(settings.port, 4141);
  assert.deepEqual(settings.apiKeys, []);
  assert.deepEqual(
    settings.models.map(({ name, source }) => ({ name, source })),
    [{ name: 'parley-tiny', source: { kind: 'embedded' } }],
  );
});

test('flags win over the file, the file over the environment', () => {
  const config: Config = { port: 1, queue: 5, apiKeys: ['file'], allowRequestTemplates: true };
  assert.equal(serve({ port: 2 }, config).port, 2);
  assert.equal(serve({ port: 0 }, config).port, 0);
  assert.equal(serve({}, config).port, 1);
  assert.equal(serve({ allowRequestTemplates: false }, config).allowRequestTemplates, false);
  assert.equal(serve({}).unsupported, 'strict');
  assert.equal(serve({ unsupported: 'strict' }, { unsupported: 'report' }).unsupported, 'strict');
  assert.equal(serve({}, { atomaOmitsDone: true }).atomaOmitsDone, true);
  assert.deepEqual(serve({ apiKeys: ['flag'] }, config, { apiKeys: ['env'] }).apiKeys, ['flag']);
  assert.deepEqual(serve({}, config, { apiKeys: ['env'] }).apiKeys, ['file']);
  assert.deepEqual(serve({}, {}, { apiKeys: ['env'] }).apiKeys, ['env']);
});

test('logits processors lie beside the configuration file, or where the command was typed', () => {
  const config: Config = { logitsProcessors: ['own.ts', '/absolute/other.mjs'] };
  assert.deepEqual(serve({}).logitsProcessors, []);
  const paths = [join(folder, 'conf', 'own.ts'), '/absolute/other.mjs'];
  assert.deepEqual(serve({}, config).logitsProcessors, paths);
  assert.deepEqual(serve({ logitsProcessors: ['typed.ts'] }, config).logitsProcessors, [
    join(folder, 'typed.ts'),
  ]);
});

test('a model can be a file, a repository of the hub, a name, and have another name', () => {
  const model = [
    'some-model.gguf',
    'mine=./some-model.gguf',
    'hf:owner/repo:Q8_0',
    'x=hf:owner/other',
    'tiny=parley-tiny',
  ];
  const { models } = serve({ model });
  assert.deepEqual(
    models.map(({ name, source }) => [name, source]),
    [
      ['some-model', { kind: 'file', path: join(folder, 'some-model.gguf') }],
      ['mine', { kind: 'file', path: join(folder, 'some-model.gguf') }],
      ['owner/repo:Q8_0', { kind: 'hub', reference: { repository: 'owner/repo', selector: 'Q8_0' } }],
      ['x', { kind: 'hub', reference: { repository: 'owner/other', selector: undefined } }],
      ['tiny', { kind: 'embedded' }],
    ],
  );
  assert.equal(serve({ model: ['./a=b.gguf'] }).models[0]?.name, 'a=b');
});

test('models of the file keep their settings, also when a flag names them by an alias', () => {
  const config: Config = {
    context: 100,
    threads: 3,
    models: [
      { name: 'one', path: 'one.gguf', aliases: ['first'], context: 200, chatTemplate: 'chat.jinja' },
      { name: 'two', hf: 'owner/two' },
    ],
  };
  const all = serve({ parallel: 7 }, config).models;
  assert.deepEqual(
    all.map(({ name, engine }) => [name, engine.context, engine.threads, engine.parallel]),
    [
      ['one', 200, 3, 7],
      ['two', 100, 3, 7],
    ],
  );
  // Paths in the file are told from where the file is.
  assert.deepEqual(all[0]?.source, { kind: 'file', path: join(folder, 'conf', 'one.gguf') });
  assert.equal(all[0]?.chatTemplatePath, join(folder, 'conf', 'chat.jinja'));
  const [picked, ...rest] = serve({ model: ['first'], context: 300 }, config).models;
  assert.deepEqual([picked?.name, picked?.engine.context, rest.length], ['one', 300, 0]);
});

test('what cannot be a model is refused', () => {
  const cases: [string[], RegExp][] = [
    [['nowhere.gguf'], /nowhere\.gguf does not exist/],
    [['parley-tny'], /no file and no model called 'parley-tny'.*Did you mean parley-tiny\?/],
    [['owner/repo'], /For the hub write hf:owner\/repo/],
    [['hf:owner'], /is no model of the hub/],
    [['hf:../../etc'], /is no model of the hub/],
    [['hf:owner/repo:../../x.gguf'], /is no model of the hub/],
    [['parley-tiny', 'parley-tiny'], /Two models are called 'parley-tiny'/],
  ];
  for (const [model, message] of cases) {
    assert.throws(() => serve({ model }), { code: 'usage', message }, model.join());
  }
  assert.throws(() => serve({}, { models: [{ name: 'a' }] }), { message: /a needs either path or hf/ });
  assert.throws(() => serve({}, { models: [{ path: 'a', hf: 'b/c' }] }), {
    message: /needs either path or hf/,
  });
  assert.throws(() => serve({}, { models: [] }), { message: /list of models is empty/ });
});

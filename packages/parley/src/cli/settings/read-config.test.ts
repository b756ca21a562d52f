// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the substitutions of the configuration file
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseConfig, readConfig } from './read-config.ts';

const parse = (text: string, environment = {}) => parseConfig(text, 'parley.yaml', environment);

test('every key is read', () => {
  const config = parse(`
host: 0.0.0.0
port: 8080
context: 2048
parallel: 4
threads: 2
batch: 256
gpuLayers: 0
queue: 10
isolation: thread
allowRequestTemplates: true
unsupported: report
atomaOmitsDone: true
apiKeys: [one, two]
corsOrigins: ["https://app.example"]
drainSeconds: 1.5
logLevel: debug
models:
  - name: tiny
    path: ./tiny.gguf
    aliases: [small]
    context: 128
    chatTemplate: ./chat.jinja
  - hf: owner/repo:Q4_0
`);
  assert.equal(config.port, 8080);
  assert.equal(config.drainSeconds, 1.5);
  assert.deepEqual([config.unsupported, config.atomaOmitsDone], ['report', true]);
  assert.deepEqual(config.models?.[0], {
    name: 'tiny',
    path: './tiny.gguf',
    aliases: ['small'],
    context: 128,
    chatTemplate: './chat.jinja',
  });
  assert.deepEqual(config.models?.[1], { hf: 'owner/repo:Q4_0' });
});

test('an empty file is an empty configuration', () => {
  assert.deepEqual(parse(''), {});
  assert.deepEqual(parse('# nothing\n'), {});
});

test('every error names its line and its key', () => {
  const cases: [string, RegExp][] = [
    ['host: a\nprot: 1\n', /^parley\.yaml:2: unknown key 'prot'\. Did you mean port\?$/],
    ['port: 99999', /^parley\.yaml:1: port must be a whole number from 0 to 65535, not 99999$/],
    ['port: "80"', /^parley\.yaml:1: port must be a whole number from 0 to 65535, not "80"$/],
    ['\n\nlogLevel: loud', /^parley\.yaml:3: logLevel must be one of fatal, .*not "loud"$/],
    [
      'models:\n  - name: a\n    contxt: 1',
      /^parley\.yaml:3: unknown key 'models\[0\]\.contxt'\. Did you mean context\?$/,
    ],
    ['models:\n  - name: a\n  - context: 0', /^parley\.yaml:3: models\[1\]\.context must be .* not 0$/],
    ['models:\n  - 3', /^parley\.yaml:2: models\[0\] must be a mapping of keys to values, not 3$/],
    ['models: 3', /^parley\.yaml:1: models must be a list, not 3$/],
    ['models:\n  - name: "../x"', /^parley\.yaml:2: models\[0\]\.name must be text of the form/],
    ['- 1', /^parley\.yaml:1: the configuration must be a mapping of keys to values/],
    ['port: 1\nport: 2', /^parley\.yaml:2: Map keys must be unique/],
    ['port: [1', /^parley\.yaml:1: /],
    [
      'corsOrigins: [app.example]',
      /^parley\.yaml:1: corsOrigins\[0\] must be text of the form .* not "app\.example"$/,
    ],
    ['corsOrigins: ["https://app.example/"]', /^parley\.yaml:1: corsOrigins\[0\] must be text of the form/],
    ['apiKeys: hush', /^parley\.yaml:1: apiKeys must be a list, not what it is$/],
    ['host: ${NOWHERE}', /^parley\.yaml:1: the environment variable NOWHERE is not set$/],
  ];
  for (const [text, message] of cases) {
    assert.throws(() => parse(text), { code: 'usage', message }, text);
  }
});

test('all errors are told at once', () => {
  assert.throws(() => parse('port: x\nhost: 1\n'), {
    message: /parley\.yaml:1: port must be[^\n]*\nparley\.yaml:2: host must be/,
  });
});

test('values may come from the environment', () => {
  const environment = { PORT: '81', KEY: 'k: #1', HOST: 'h' };
  assert.deepEqual(parse('port: ${PORT}\napiKeys: ["${KEY}", \'$${KEY}\']\nhost: a.${HOST}', environment), {
    port: 81,
    apiKeys: ['k: #1', '${KEY}'],
    host: 'a.h',
  });
  // Quotes keep a number text, as everywhere in YAML.
  assert.throws(() => parse('port: "${PORT}"', environment), { message: /port must be/ });
  // What is put in is a value, never structure.
  assert.throws(() => parse('host: ${EVIL}\nport: x', { EVIL: 'a\nqueue: 1' }), {
    message: /^parley\.yaml:2: port/,
  });
});

test('the file in the working directory is read if it is there; a named one must be', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'parley-config-'));
  t.after(() => rm(folder, { recursive: true }));
  const world = { workingDirectory: folder, environment: {} };
  assert.deepEqual(await readConfig(undefined, world), { path: undefined, config: {} });
  await assert.rejects(readConfig('other.yaml', world), {
    code: 'usage',
    message: /other\.yaml does not exist/,
  });
  await writeFile(join(folder, 'parley.yaml'), 'port: 1');
  assert.deepEqual(await readConfig(undefined, world), {
    path: join(folder, 'parley.yaml'),
    config: { port: 1 },
  });
});

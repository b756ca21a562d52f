import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SURFACE_NAMES } from '@parley/protocol';
import { CliProcess } from './cli-process.ts';
import { ANSWER } from './effects/answer.ts';
import { CALL } from './effects/call.ts';
import { LENGTH } from './effects/length.ts';
import { Probe } from './effects/probe.ts';
import { PROMPT } from './effects/prompt.ts';
import { SAMPLING } from './effects/sampling.ts';
import { TOOLS } from './effects/tools.ts';

const EFFECTS = { ...SAMPLING, ...LENGTH, ...ANSWER, ...PROMPT, ...TOOLS, ...CALL };
const MODEL = fileURLToPath(new URL('../../../models/parley-tiny-q8_0.gguf', import.meta.url));

/** The shipped model, made to think first: the prompt opens the block. */
const THINKER = `{%- for message in messages %}<|im_start|>{{ message.role }}
{{ message.content }}<|im_end|>
{% endfor %}{%- if add_generation_prompt %}<|im_start|>assistant
<think>
{% endif %}`;

const BAN = `export const processors = {
  ban: ({ kwargs, xargs }) => {
    const token = kwargs.token ?? xargs.token;
    return ({ logits }) => {
      if (token !== undefined) logits[token] = -Infinity;
    };
  },
};
`;

const folder = mkdtempSync(join(tmpdir(), 'parley-effects-'));
let server: CliProcess;
let probe: Probe;

before(async () => {
  writeFileSync(join(folder, 'think.jinja'), THINKER);
  writeFileSync(join(folder, 'ban.mjs'), BAN);
  const config = {
    port: 0,
    allowRequestTemplates: true,
    logitsProcessors: ['./ban.mjs'],
    isolation: 'thread',
    models: [
      { name: 'parley-tiny', path: MODEL },
      { name: 'thinker', path: MODEL, chatTemplate: './think.jinja' },
      { name: 'single', path: MODEL, parallel: 1 },
    ],
  };
  // JSON is YAML.
  writeFileSync(join(folder, 'parley.yaml'), JSON.stringify(config));
  server = new CliProcess(['serve', '--config', join(folder, 'parley.yaml')]);
  probe = new Probe(await server.url());
});
after(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

test('every documented name that a server can see has a test of its effect', () => {
  const seen = SURFACE_NAMES.filter(({ where }) => where !== 'sdk').map(({ name }) => name);
  assert.equal(seen.length, 61);
  assert.deepEqual(
    seen.filter((name) => !(name in EFFECTS)),
    [],
  );
});

test('every parameter of the schema is listed with the model, honoured or with a reason', async () => {
  const model = JSON.parse(await (await fetch(`${probe.url}/v1/models/parley-tiny`)).text());
  const names = SURFACE_NAMES.filter(({ where }) => where === 'body').map(({ name }) => name);
  for (const name of names) {
    const support = model.parameters[name];
    assert.ok(support?.honoured === true || typeof support?.reason === 'string', name);
  }
});

for (const [name, effect] of Object.entries(EFFECTS)) test(`${name} has its effect`, () => effect(probe));

test('what no documentation knows is let through and reported', async () => {
  const { headers } = await probe.get({ frobnicate: 1 });
  assert.equal(headers.get('x-parley-parameters'), 'frobnicate;ignored');
});

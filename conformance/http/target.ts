import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CliProcess } from '../../packages/parley/test/cli-process.ts';

/** A server to be examined. */
export interface Target extends AsyncDisposable {
  /** Without a path. */
  readonly url: string;
  readonly model: string;
  readonly key: string;
  /** A model that thinks before it answers, if there is one. */
  readonly thinker: string | undefined;
  /** Whether the logits processor `break` can make an answer fail in its middle. */
  readonly breakable: boolean;
}

const MODEL = fileURLToPath(new URL('../../models/parley-tiny-q8_0.gguf', import.meta.url));
const KEY = 'conformance-key';

/** The shipped model, made to think first: the prompt opens the block. */
const THINKER = `{%- for message in messages %}<|im_start|>{{ message.role }}
{{ message.content }}<|im_end|>
{% endfor %}{%- if add_generation_prompt %}<|im_start|>assistant
<think>
{% endif %}`;

/** Throws when so many tokens have been drawn. */
const BREAK = `export const processors = {
  break: ({ kwargs }) => ({ tokens }) => {
    if (tokens.length >= kwargs.after) throw new Error('broken on demand');
  },
};
`;

/** The server that the environment names (`TARGET`, `MODEL`, `API_KEY`, `THINKER`), or one of our own with the shipped model. */
export async function openTarget(): Promise<Target> {
  const { TARGET, MODEL: model = 'parley-tiny', API_KEY: key = 'none', THINKER: thinker } = process.env;
  if (TARGET === undefined) return startTarget({ logitsProcessors: ['./break.mjs'] });
  const url = TARGET.replace(/\/+$/, '');
  return { url, model, key, thinker, breakable: false, [Symbol.asyncDispose]: async () => {} };
}

/** A server of our own; `config` as in parley.yaml. */
export async function startTarget(config: object = {}): Promise<Target & { readonly process: CliProcess }> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-conformance-'));
  writeFileSync(join(folder, 'think.jinja'), THINKER);
  writeFileSync(join(folder, 'break.mjs'), BREAK);
  const settings = {
    port: 0,
    isolation: 'thread',
    logLevel: 'error',
    apiKeys: [KEY],
    models: [
      { name: 'parley-tiny', path: MODEL },
      { name: 'thinker', path: MODEL, chatTemplate: './think.jinja' },
    ],
    ...config,
  };
  // JSON is YAML.
  writeFileSync(join(folder, 'parley.yaml'), JSON.stringify(settings));
  const server = new CliProcess(['serve', '--config', join(folder, 'parley.yaml')]);
  return {
    url: await server.url(),
    model: 'parley-tiny',
    key: KEY,
    thinker: 'thinker',
    breakable: 'logitsProcessors' in config,
    process: server,
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    },
  };
}

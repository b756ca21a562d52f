import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { VENV_PYTHON } from './venv.ts';

const { TARGET = 'http://127.0.0.1:4141', MODEL = 'parley-tiny', API_KEY = 'none' } = process.env;
const EXAMPLES = fileURLToPath(new URL('examples.py', import.meta.url));
const skip = !existsSync(VENV_PYTHON) && 'no Python clients: npm run conformance:setup';

/** Where the clients look for address and key. Below the base path of its provider each has to work as well. */
function environment(provided: boolean): Record<string, string> {
  const base = (provider: string) => (provided ? `${TARGET}/${provider}` : TARGET);
  return {
    MODEL,
    CEREBRAS_BASE_URL: base('cerebras'),
    CEREBRAS_API_KEY: API_KEY,
    LIGHTCONE_BASE_URL: base('lightcone'),
    TZAFON_API_KEY: API_KEY,
    ATOMA_SERVER_URL: base('atoma'),
    ATOMASDK_BEARER_AUTH: API_KEY,
    OPENAI_BASE_URL: `${TARGET}/v1`,
    OPENAI_API_KEY: API_KEY,
  };
}

const run = promisify(execFile);
const example = (name: string, more: Record<string, string>) => async () => {
  await run(VENV_PYTHON, [EXAMPLES, name], { env: { ...process.env, ...more }, timeout: 60_000 });
};

const PROVIDED = [
  'cerebras_hello',
  'cerebras_basic',
  'cerebras_stream',
  'cerebras_tools',
  'cerebras_async',
  'cerebras_choices',
  'lightcone_create',
  'atoma_create',
  'atoma_stream',
  'atoma_wire',
];
for (const name of ['openai_create', 'openai_stream'])
  test(name, { skip }, example(name, environment(false)));
for (const provided of [false, true]) {
  const where = provided ? 'below the base path of its provider' : 'below /v1';
  for (const name of PROVIDED) {
    test(`${name}, ${where}`, { skip }, example(name, environment(provided)));
  }
}

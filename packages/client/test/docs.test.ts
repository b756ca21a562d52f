/** Every example of the pages about the client compiles and runs, against a server with the model that comes with it. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { CliProcess } from '../../parley/test/cli-process.ts';

const run = promisify(execFile);
const ROOT = new URL('../../../', import.meta.url).pathname;
const PAGES = { 'docs/client.md': 12, 'packages/client/README.md': 1 };
const KEY = 'key-of-the-examples';

interface Example {
  readonly name: string;
  readonly code: string;
}

async function examples(page: string): Promise<Example[]> {
  const text = await readFile(join(ROOT, page), 'utf8');
  const blocks = [...text.matchAll(/^```ts\n(.*?)^```$/gms)];
  const name = page.replace(/\W/g, '-');
  return blocks.map(([, code = ''], index) => ({ name: `${name}-${index + 1}.ts`, code }));
}

let server: CliProcess;
let folder = '';
let environment: NodeJS.ProcessEnv = {};
const all: Example[] = [];

before(async () => {
  for (const page of Object.keys(PAGES)) all.push(...(await examples(page)));
  // Within the package, so that its name and its development dependencies can be imported.
  folder = await mkdtemp(join(import.meta.dirname, 'examples-'));
  for (const { name, code } of all) await writeFile(join(folder, name), code);
  const tsconfig = { extends: '../tsconfig.json', include: ['.'] };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));
  server = new CliProcess(['serve', '--port', '0', '--parallel', '4', '--api-key', KEY]);
  const url = await server.url();
  environment = {
    ...process.env,
    PARLEY_BASE_URL: `${url}/v1`,
    PARLEY_API_KEY: KEY,
    GROQ_BASE_URL: `${url}/openai/v1`,
    GROQ_API_KEY: KEY,
    CEREBRAS_BASE_URL: `${url}/cerebras`,
    CEREBRAS_API_KEY: KEY,
    LIGHTCONE_BASE_URL: `${url}/lightcone`,
    TZAFON_API_KEY: KEY,
    ATOMASDK_SERVER_URL: `${url}/atoma`,
    ATOMASDK_BEARER_AUTH: KEY,
  };
});

after(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

test('the pages have the examples that are expected', async () => {
  for (const [page, count] of Object.entries(PAGES)) assert.equal((await examples(page)).length, count, page);
});

test('the examples compile', async () => {
  const tsc = join(ROOT, 'node_modules/.bin/tsc');
  const failure = await run(tsc, ['-p', folder]).catch((error: { stdout: string }) => error.stdout);
  assert.equal(typeof failure, 'object', String(failure));
});

test('the examples run, and print what they say', async () => {
  for (const { name, code } of all) {
    const { stdout } = await run(
      process.execPath,
      ['--conditions=source', '--no-warnings', join(folder, name)],
      {
        env: environment,
        timeout: 30_000,
      },
    );
    if (code.includes('console.log(')) assert.notEqual(stdout, '', `${name} prints nothing`);
    assert.doesNotMatch(stdout, /^undefined$/m, `${name} prints undefined`);
  }
});

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CliProcess } from './cli-process.ts';

const MODEL_FILE = fileURLToPath(new URL('../../../models/parley-tiny-q8_0.gguf', import.meta.url));
const BIN = fileURLToPath(new URL('../bin/parley.js', import.meta.url));
const QUESTION = { model: 'parley-tiny', messages: [{ role: 'user', content: 'Hello!' }], temperature: 0 };

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-serve-'));
});
after(() => rm(folder, { recursive: true, force: true }));

const serve = (...args: string[]) => new CliProcess(['serve', '--port', '0', ...args]);

const post = (url: string, body: object, headers: Record<string, string> = {}) =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

/** Opens a call and reads nothing of its answer: far more than the sockets between hold. */
function openStuckStream(url: string): Promise<IncomingMessage> {
  const body = {
    ...QUESTION,
    stream: true,
    n: 16,
    logprobs: true,
    top_logprobs: 20,
    max_tokens: 450,
    ignore_eos: true,
  };
  return new Promise((resolve, reject) => {
    const call = request(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    });
    call.on('error', reject);
    call.on('response', resolve);
    call.end(JSON.stringify(body));
  });
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  try {
    for await (const chunk of response) text += chunk;
  } catch {
    // a connection that was cut ends with an error
  }
  return text;
}

test('the embedded model answers, whole and streamed', async () => {
  await using server = serve();
  const url = await server.url();
  assert.equal((await fetch(`${url}/health`)).status, 200);
  assert.match(server.stdout, /parley-tiny \(512 tokens of context\)/);

  const whole = await post(url, { ...QUESTION, max_tokens: 16 });
  assert.equal(whole.status, 200);
  const body = JSON.parse(await whole.text());
  const text = body.choices[0].message.content;
  assert.ok(typeof text === 'string' && text.length > 0);

  const streamed = await (await post(url, { ...QUESTION, max_tokens: 16, stream: true })).text();
  const data = streamed.split('\n').filter((line) => line.startsWith('data: {'));
  const pieces = data.map((line) => JSON.parse(line.slice(6)).choices[0]?.delta?.content ?? '');
  assert.equal(pieces.join(''), text);
  assert.ok(pieces.length > 2);
  assert.match(streamed, /data: \[DONE\]\n\n$/);

  const curl = /-d '(.*)'/.exec(server.stdout)?.[1];
  assert.deepEqual(JSON.parse(curl ?? ''), { model: 'parley-tiny', messages: QUESTION.messages });
  assert.equal((await post(url, { ...QUESTION, model: 'nobody' })).status, 404);

  server.signal('SIGTERM');
  assert.equal(await server.exited, 0);
  await assert.rejects(fetch(`${url}/health`), 'the port is free again');
});

test('several models, under names and aliases, behind a key', async () => {
  const config = join(folder, 'two.yaml');
  const model = (name: string, rest = '') => `  - name: ${name}\n    path: ${MODEL_FILE}\n${rest}`;
  await writeFile(
    config,
    `logLevel: warn\nmodels:\n${model('one', '    aliases: [first]\n    context: 64\n')}${model('two')}`,
  );
  await using server = serve('--config', config, '--api-key', 'letmein', '--parallel', '2');
  const url = await server.url();
  assert.match(server.stdout, /one \(64 tokens of context, also called first\)\n {2}two \(512 tokens/);
  assert.equal((await post(url, QUESTION)).status, 401);
  const key = { authorization: 'Bearer letmein' };
  for (const name of ['one', 'first', 'two']) {
    assert.equal((await post(url, { ...QUESTION, model: name, max_tokens: 4 }, key)).status, 200, name);
  }
  assert.ok(!server.stdout.includes('letmein') && !server.stderr.includes('letmein'));
});

test('SIGTERM lets a running stream finish and refuses new calls', async () => {
  await using server = serve('--drain-seconds', '600');
  const url = await server.url();
  const response = await openStuckStream(url);
  server.signal('SIGTERM');
  await server.until(() => server.stderr.includes('draining'));
  const refused = await post(url, QUESTION);
  assert.equal(refused.status, 503);
  const text = await textOf(response);
  assert.equal(text.match(/"finish_reason":"length"/g)?.length, 16);
  assert.ok(text.endsWith('data: [DONE]\n\n') && !text.includes('shutting_down'));
  assert.equal(await server.exited, 0);
});

test('a stream that does not end is cut at the limit', async () => {
  await using server = serve('--drain-seconds', '0.2');
  const response = await openStuckStream(await server.url());
  server.signal('SIGTERM');
  assert.equal(await server.exited, 0);
  const text = await textOf(response);
  assert.match(text.slice(-500), /"code":"shutting_down"/);
  assert.ok(!text.includes('"finish_reason":"length"'));
});

for (const [name, code] of [
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const) {
  test(`a second ${name} ends at once`, async () => {
    await using server = serve('--drain-seconds', '600');
    const response = await openStuckStream(await server.url());
    server.signal(name);
    await server.until(() => server.stderr.includes('draining'));
    server.signal(name);
    assert.equal(await server.exited, code);
    assert.ok(!(await textOf(response)).includes('[DONE]'));
  });
}

test('a port in use is an error with a suggestion', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const address = other.address();
  assert.ok(address !== null && typeof address === 'object');
  await using server = new CliProcess(['serve', '--port', String(address.port)]);
  assert.equal(await server.exited, 1);
  assert.match(
    server.stderr,
    new RegExp(`^parley: Port ${address.port} on 127\\.0\\.0\\.1 is in use\\. Choose another`),
  );
  await new Promise((resolve) => other.close(resolve));
});

test('a model file that is damaged is an error with its name', async () => {
  const corrupt = join(folder, 'corrupt.gguf');
  const truncated = join(folder, 'truncated.gguf');
  await writeFile(corrupt, 'this is no model');
  await writeFile(truncated, (await readFile(MODEL_FILE)).subarray(0, 2_000_000));
  for (const file of [corrupt, truncated]) {
    await using server = serve('--model', file);
    assert.equal(await server.exited, 1);
    assert.match(server.stderr, /^parley: The model (corrupt|truncated) .* cannot be started: .+\n$/);
    assert.ok(server.stderr.includes(file));
  }
});

test('what is wrong on the command line ends with status 2', async () => {
  const cases: [string[], RegExp][] = [
    [['serve', '--prot', '1'], /Unknown flag --prot\. Did you mean --port\?/],
    [['serve', '--model', 'nowhere.gguf'], /nowhere\.gguf does not exist/],
    [['srve'], /Unknown command 'srve'\. Did you mean serve\?/],
  ];
  for (const [args, message] of cases) {
    await using cli = new CliProcess(args);
    assert.equal(await cli.exited, 2);
    assert.match(cli.stderr, message);
    assert.equal(cli.stdout, '');
  }
});

test('a talk through a pipe', async () => {
  const args = ['chat', '--temperature', '0', '--max-tokens', '8', '--seed', '1'];
  const input = 'Hello!\n/clear\nHello!\n';
  await using cli = new CliProcess(args, { input });
  assert.equal(await cli.exited, 0, cli.stderr);
  const answers = cli.stdout.trimEnd().split('\n');
  assert.equal(answers.length % 2, 0);
  const half = answers.length / 2;
  assert.ok(answers[0]!.length > 0);
  assert.deepEqual(answers.slice(0, half), answers.slice(half), 'the same question has the same answer');
});

test('the installed program starts', {
  skip: existsSync(join(BIN, '../../dist/cli/main.js')) ? false : 'not built',
}, async () => {
  const { execFile } = await import('node:child_process');
  const { promisify } = await import('node:util');
  const { stdout } = await promisify(execFile)(process.execPath, [BIN, '--version']);
  assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
});

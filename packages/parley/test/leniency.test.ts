import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CliProcess } from './cli-process.ts';

let server: CliProcess;
let url = '';
before(async () => {
  server = new CliProcess([
    ...['serve', '--port', '0', '--unsupported', 'report', '--atoma-omits-done', '--parallel', '1'],
    ...['--api-key', 'one', '--api-key', 'two'],
  ]);
  url = await server.url();
});
after(() => server[Symbol.asyncDispose]());

const messages = [{ role: 'user', content: 'Hello! How are you today? '.repeat(12) }];

function chat(
  path: string,
  wish: object,
  headers: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<Response> {
  return fetch(`${url}${path}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer one', ...headers },
    body: JSON.stringify({ messages, max_completion_tokens: 8, ...wish }),
    ...(signal && { signal }),
  });
}

test('what this model does not honour is left out, and everything that was changed is named', async () => {
  const wish = {
    chat_template: '{{ messages }}',
    web_search_options: {},
    temperature: 3,
    seed: 1,
    parley: { report: true },
  };
  const response = await chat('/v1', wish);
  const text = await response.text();
  assert.equal(response.status, 200, text);
  const { parley, choices } = JSON.parse(text);
  assert.deepEqual(
    parley.parameters.map((entry: Record<string, unknown>) => [
      entry.name,
      entry.change,
      entry.sent,
      entry.used,
    ]),
    [
      ['temperature', 'clamped', 3, 2],
      ['web_search_options', 'ignored', undefined, undefined],
      ['chat_template', 'ignored', '{{ messages }}', undefined],
    ],
  );
  const plain = JSON.parse(await (await chat('/v1', { temperature: 2, seed: 1 })).text());
  assert.equal(choices[0].message.content, plain.choices[0].message.content);
});

test('an image cannot be left out, and a request may insist on strictness', async () => {
  const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } };
  const refused = await chat('/v1', { messages: [{ role: 'user', content: [image] }] });
  assert.equal(refused.status, 400);
  assert.match(JSON.parse(await refused.text()).error.param, /^messages\[0\]/);
  const strict = await chat('/v1', { temperature: 3, parley: { unsupported: 'strict' } });
  assert.equal(strict.status, 400);
});

test('two keys do not see each other in the prompt cache', async () => {
  const cached = async (key: string) => {
    const response = await chat('/v1', {}, { authorization: `Bearer ${key}` });
    return JSON.parse(await response.text()).usage.prompt_tokens_details.cached_tokens;
  };
  await cached('one');
  assert.equal(await cached('two'), 0);
  assert.ok((await cached('two')) > 0);
});

test('queue_threshold: a request that would wait behind others for longer is refused', async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const endless = { ignore_eos: true, max_completion_tokens: undefined, stream: true };
  // One place, four answers of a whole context each: no machine is done with them within the threshold.
  const others = [1, 2, 3, 4].map(() => chat('/v1', endless, {}, signal).catch(() => undefined));
  await Promise.race(others);
  const refused = await chat('/v1', { service_tier: 'flex', stream: true }, { queue_threshold: '50' });
  const text = await refused.text();
  assert.deepEqual([refused.status, JSON.parse(text).error?.code], [429, 'queue_threshold_exceeded']);
  assert.equal(refused.headers.get('retry-after'), '1');
  controller.abort();
  for (const other of others) await (await other)?.text().catch(() => undefined);
});

test('each provider answers below its own base path', async () => {
  const model = 'parley-tiny';
  const cerebras = JSON.parse(await (await chat('/cerebras/v1', { model })).text());
  assert.deepEqual(Object.keys(cerebras), [
    ...['id', 'choices', 'created', 'model', 'system_fingerprint', 'object', 'usage', 'time_info'],
  ]);
  assert.deepEqual(Object.keys(cerebras.choices[0]), ['index', 'message', 'finish_reason']);
  const lightcone = await chat('/lightcone/v1', { request_id: 'mine', top_k: 5 });
  assert.equal(JSON.parse(await lightcone.text()).id, 'mine');
  const atoma = await (await chat('/atoma/v1', { model, stream: true })).text();
  assert.match(atoma, /"usage":\{"prompt_tokens":\d+[^\n]*\}\n\n$/);
  const foreign = await chat('/cerebras/v1', { model, top_k: 5 });
  assert.equal(foreign.status, 400);
  assert.match(JSON.parse(await foreign.text()).message, /^top_k is not a parameter of Cerebras/);
});

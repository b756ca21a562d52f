// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the substitutions of the configuration file
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CliProcess } from './cli-process.ts';
import { contentOf, Probe } from './effects/probe.ts';

const KEY = 'upstream-secret-key';
const folder = mkdtempSync(join(tmpdir(), 'parley-gateway-'));
let engine: CliProcess;
let gateway: CliProcess;
let direct: Probe;
let routed: Probe;

before(async () => {
  engine = new CliProcess(['serve', '--port', '0', '--api-key', KEY]);
  const url = await engine.url();
  const config = {
    port: 0,
    upstreams: [
      { name: 'near', provider: 'vllm', baseUrl: `${url}/v1`, apiKey: '${NEAR_KEY}' },
      { name: 'gone', provider: 'openai-compatible', baseUrl: 'http://127.0.0.1:9/v1' },
    ],
    models: [
      { name: 'routed', targets: [{ upstream: 'near', model: 'parley-tiny' }] },
      {
        name: 'rescued',
        targets: [
          { upstream: 'gone', model: 'x' },
          { upstream: 'near', model: 'parley-tiny', priority: 1 },
        ],
      },
      { name: 'lost', attempts: 1, targets: [{ upstream: 'gone', model: 'x' }] },
    ],
  };
  // JSON is YAML.
  writeFileSync(join(folder, 'parley.yaml'), JSON.stringify(config));
  gateway = new CliProcess(['serve', '--config', join(folder, 'parley.yaml')], {
    environment: { NEAR_KEY: KEY },
  });
  direct = new Probe(url, KEY);
  routed = new Probe(await gateway.url());
});
after(async () => {
  await Promise.all([engine[Symbol.asyncDispose](), gateway[Symbol.asyncDispose]()]);
  rmSync(folder, { recursive: true });
});

test('an answer through the gateway is that of the upstream, whole and streamed', async () => {
  const body = { seed: 3, temperature: 1, top_k: 20, max_completion_tokens: 20 };
  const [near, far] = await Promise.all([
    direct.get({ ...body, model: 'parley-tiny' }),
    routed.get({ ...body, model: 'routed' }),
  ]);
  assert.equal(contentOf(far.body), contentOf(near.body));
  assert.equal(far.body.usage?.completion_tokens, near.body.usage?.completion_tokens);
  const { chunks } = await routed.get({ ...body, model: 'routed', stream: true });
  assert.equal(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join(''), contentOf(near.body));
});

test('tools and schemas pass through, also streamed', async () => {
  const tool = {
    type: 'function',
    function: {
      name: 'get',
      parameters: { type: 'object', properties: { a: { type: 'integer', maximum: 9 } } },
    },
  };
  const wish = { model: 'routed', tools: [tool], tool_choice: 'required', max_completion_tokens: 80 };
  const { body } = await routed.get(wish);
  assert.equal(body.choices[0]?.finish_reason, 'tool_calls');
  assert.equal(body.choices[0]?.message.tool_calls?.length, 1);
  const format = { type: 'json_schema', json_schema: { name: 'x', schema: { enum: ['red', 'blue'] } } };
  const text = await routed.text({ model: 'routed', response_format: format });
  assert.ok(['red', 'blue'].includes(JSON.parse(text)));
});

test('a dead upstream is left for the next; without a next one the caller learns it, and no address', async () => {
  assert.ok((await routed.text({ model: 'rescued' })).length > 0);
  const { headers } = await routed.get({ model: 'rescued' });
  assert.equal(headers.get('x-parley-target'), 'rescued/near:parley-tiny');
  const { status, body } = await routed.ask({ model: 'lost' });
  assert.ok(status >= 500, String(status));
  assert.doesNotMatch(JSON.stringify(body), /127\.0\.0\.1/);
  assert.doesNotMatch(gateway.stderr + gateway.stdout, new RegExp(KEY));
});

test('an invalid request is refused with its parameter, as the upstream does it', async () => {
  const bad = { model: 'routed', structured_outputs: { regex: '(' } };
  const { status, body } = await routed.ask(bad);
  assert.equal(status, 400, JSON.stringify(body));
  assert.match(body.error?.param ?? '', /structured_outputs/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveDeployments } from './deployments.ts';
import { parseConfig } from './read-config.ts';

const CONFIG = `
upstreams:
  - name: cerebras
  - name: farm
    provider: vllm
    baseUrl: http://10.0.0.5:8000/v1/
    headers: { x-team: blue }
models:
  - name: fast
    aliases: [quick]
    targets:
      - { upstream: cerebras, model: llama3.1-8b, weight: 2, prices: { prompt: 0.1, completion: 0.2 } }
      - upstream: farm
        model: meta-llama/Llama-3.1-8B
        priority: 1
        parameters: { logit_bias: refused }
        timeouts: { firstTokenSeconds: 5 }
        limits: { concurrent: 8 }
    balancing: least-busy
    fallbacks: [small]
  - name: small
    targets: [{ upstream: farm, model: small }]
`;

const parse = (text: string) => parseConfig(text, 'parley.yaml', { CEREBRAS_API_KEY: 'csk-1' });

test('upstreams and targets with their defaults and exceptions', () => {
  const [fast, small] = resolveDeployments(parse(CONFIG), {
    CEREBRAS_API_KEY: 'csk-1',
    VLLM_API_KEY: 'no',
  });
  assert.ok(fast && small);
  const [cerebras, farm] = fast.targets;
  assert.ok(cerebras && farm);
  assert.deepEqual(
    [fast.model, fast.aliases, fast.balancing, fast.fallbacks],
    ['fast', ['quick'], 'least-busy', ['small']],
  );
  assert.deepEqual([cerebras.upstream.apiKey, cerebras.weight, cerebras.priority], ['csk-1', 2, 0]);
  assert.deepEqual(cerebras.prices, { prompt: 0.1, cachedPrompt: 0.1, completion: 0.2, request: 0 });
  assert.equal(farm.upstream.baseUrl, 'http://10.0.0.5:8000/v1');
  assert.equal(farm.upstream.apiKey, undefined);
  assert.deepEqual(farm.upstream.headers, { 'x-team': 'blue' });
  assert.equal(farm.parameters.logit_bias, 'refused');
  assert.equal(farm.parameters.top_k, 'honoured');
  assert.deepEqual([farm.timeouts.firstTokenMs, farm.timeouts.connectMs], [5_000, 5_000]);
  assert.deepEqual(farm.limits, { concurrent: 8, requestsPerMinute: Infinity, tokensPerMinute: Infinity });
});

test('every mistake is told with its line', () => {
  const faults: [text: string, message: RegExp][] = [
    ['upstreams: [{ name: nobody }]', /parley\.yaml:1: no provider is called 'nobody'/],
    ['upstreams:\n  - name: mine\n    provider: vllm', /parley\.yaml:2: the upstream 'mine' needs a baseUrl/],
    [CONFIG.replace('upstream: farm', 'upstream: fram'), /:13: no upstream is called 'fram'.*farm/],
    [CONFIG.replace('logit_bias', 'logit_bais'), /:16: 'logit_bais' is no parameter.*logit_bias/],
    [CONFIG.replace('fallbacks: [small]', 'fallbacks: [fast]'), /:20: a model cannot fall back to itself/],
    [
      CONFIG.replace('fallbacks: [small]', 'fallbacks: [tall]'),
      /:20: no model with targets is called 'tall'/,
    ],
    [
      CONFIG.replace('    aliases: [quick]', '    path: a.gguf'),
      /:10: path and targets cannot both be given/,
    ],
    [CONFIG.replace('least-busy', 'laziest'), /:19: models\[0\]\.balancing must be one of weighted/],
    [CONFIG.replace('weight: 2', 'weigth: 2'), /:12: unknown key 'models\[0\]\.targets\[0\]\.weigth'/],
  ];
  for (const [text, message] of faults) assert.throws(() => parse(text), { message });
});

test('a key is never part of an error', () => {
  const text = 'upstreams:\n  - { name: openai, apiKey: 42424242 }';
  assert.throws(
    () => parse(text),
    (error: Error) => /apiKey/.test(error.message) && !/4242/.test(error.message),
  );
});

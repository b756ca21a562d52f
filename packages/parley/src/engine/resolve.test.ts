import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Parameters as RequestParameters } from '../core/complete.ts';
import { resolveRequest } from './resolve.ts';

const resolve = (parameters: RequestParameters, vocabularySize: number) =>
  resolveRequest({ input: { kind: 'messages', messages: [] }, parameters }, vocabularySize);

test('lists of token ids are checked and lose their repetitions', () => {
  const { sampling } = resolve({ allowed_token_ids: [3, 1, 3, 3], stop_token_ids: [2, 2] }, 10);
  assert.deepEqual([sampling.allowedTokenIds, sampling.stopTokenIds], [[3, 1], [2]]);
  assert.throws(() => resolve({ allowed_token_ids: [3, 10] }, 10), {
    status: 400,
    param: 'allowed_token_ids[1]',
  });
  assert.throws(() => resolve({ logit_bias: { 10: 1 } }, 10), { status: 400, param: 'logit_bias.10' });
});

test('what every token would pay for is bounded', () => {
  assert.throws(() => resolve({ bad_words: new Array<string>(1001).fill('x') }, 10), {
    status: 400,
    param: 'bad_words',
    message: /at most 1000/,
  });
  assert.throws(() => resolve({ stop: ['ok', 'x'.repeat(16_385)] }, 10), {
    status: 400,
    param: 'stop[1]',
  });
  assert.throws(() => resolve({ stop: 'x'.repeat(16_385) }, 10), { status: 400, param: 'stop' });
});

test('the newer names win, and the fewest tokens cannot be more than the most', () => {
  const { maxTokens, sampling } = resolve(
    { max_tokens: 5, max_completion_tokens: 6, min_tokens: 1, min_completion_tokens: 2 },
    10,
  );
  assert.deepEqual([maxTokens, sampling.minTokens], [6, 2]);
  assert.throws(() => resolve({ max_tokens: 5, min_tokens: 6 }, 10), {
    status: 400,
    param: 'min_tokens',
  });
});

test('without a salt of their own, requests share prefixes with those of the same caller only', () => {
  const input = { kind: 'text', text: '' } as const;
  const salt = (id: string, cache_salt?: string | null) =>
    resolveRequest({ input, parameters: { cache_salt } }, 10, { principal: { id } }).salt;
  assert.equal(salt('key_a'), salt('key_a', null));
  assert.equal(salt(''), salt(''));
  assert.equal(salt('key_a', 'secret'), salt('key_b', 'secret'));
  const all = [
    salt(''),
    salt('key_a'),
    salt('key_b'),
    salt('', 'key_a'),
    salt('', 'caller:key_a'),
    salt('', 'x'),
  ];
  assert.equal(new Set(all).size, all.length);
});

test('tiers come before priorities', () => {
  const priority = (parameters: RequestParameters) => resolve(parameters, 10).priority;
  assert.ok(priority({ service_tier: 'priority', priority: 1e300 }) < priority({ priority: -1e300 }));
  assert.ok(priority({ service_tier: 'flex', priority: -1e300 }) > priority({ priority: 1e300 }));
  assert.ok(
    priority({ service_tier: 'flex', priority: 3 }) < priority({ service_tier: 'flex', priority: 4 }),
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tokenInfo } from './token-info.ts';

const tokens = { bytes: (token: number) => new Uint8Array([token]) };

test('carries the bytes and log probabilities of the token and of the best ones', () => {
  const sample = { token: 7, logprob: -0.5, top: [{ token: 3, logprob: -0.25 }] };
  assert.deepEqual(tokenInfo(sample, tokens), {
    id: 7,
    bytes: new Uint8Array([7]),
    logprob: -0.5,
    top: [{ id: 3, bytes: new Uint8Array([3]), logprob: -0.25 }],
  });
});

test('a sample without log probabilities is an error', () => {
  assert.throws(() => tokenInfo({ token: 1 }, tokens), /without log probabilities/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError, invalidRequest, modelNotFound, overloaded, redact } from './index.ts';

test('the body has all four keys', () => {
  assert.deepEqual(new ApiError({ status: 500, type: 'server_error', message: 'm' }).body(), {
    error: { message: 'm', type: 'server_error', param: null, code: null },
  });
  assert.deepEqual(invalidRequest('n', 'm').body(), {
    error: { message: 'm', type: 'invalid_request_error', param: 'n', code: 'invalid_value' },
  });
});

test('credentials do not reach the message', () => {
  for (const text of [
    'Bearer abcdef123',
    'sk-abcdefgh12345',
    'api_key=abcdef',
    '"apiKey": "abcdef"',
    'hf_abcdefgh12',
  ]) {
    assert.match(redact(text), /\[redacted\]/);
    assert.doesNotMatch(invalidRequest(null, `got ${text}`).message, /abcdef/);
  }
});

test('an error survives a worker boundary', () => {
  const error = overloaded('full', 3);
  const copy = new ApiError(structuredClone(error.toOptions()));
  assert.deepEqual([copy.status, copy.body(), copy.retryAfterSeconds], [429, error.body(), 3]);
});

test('an unknown model is a 404 that lists what there is', () => {
  assert.match(modelNotFound('x', ['a', 'b']).message, /'x' does not exist\. Available: a, b\./);
  assert.equal(modelNotFound('x', []).status, 404);
});

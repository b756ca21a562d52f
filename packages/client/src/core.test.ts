import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ParleyCore } from './core.ts';
import { ParleyError } from './errors.ts';

test('a credential in the base URL is refused, and not repeated', () => {
  for (const baseURL of ['http://name:sesame@127.0.0.1/v1', 'https://sesame@127.0.0.1']) {
    assert.throws(
      () => new ParleyCore({ baseURL }),
      (error) => error instanceof ParleyError && !error.message.includes('sesame'),
    );
  }
});

test('what is no URL is refused when the client is made', () => {
  assert.throws(() => new ParleyCore({ baseURL: 'localhost' }), TypeError);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AnswerDetails } from './answer-details.ts';

test('the last value of a header counts', () => {
  const details = new AnswerDetails();
  details.set('x-parley-cache', 'miss');
  details.set('x-parley-target', 'fast/a');
  details.set('x-parley-cache', 'hit');
  assert.deepEqual(details.headers(), { 'x-parley-cache': 'hit', 'x-parley-target': 'fast/a' });
});

test('a value cannot begin another header', () => {
  const details = new AnswerDetails();
  details.set('x-parley-target', 'a\r\nset-cookie: b\u00e9');
  assert.deepEqual(details.headers(), { 'x-parley-target': 'a__set-cookie: b_' });
});

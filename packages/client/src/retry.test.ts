import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AbortError, apiError, ConnectionError, ParleyError, ProtocolError, TimeoutError } from './errors.ts';
import { type RetryConfig, retryAfterMilliseconds, retryDelay } from './retry.ts';

const failed = (status: number, headers: Record<string, string> = {}) =>
  apiError(status, {}, new Headers(headers));
const delay = (error: ParleyError, retries = 0, policy: number | RetryConfig = 2, random = 0) =>
  retryDelay(error, policy, retries, 0, () => random);

test('which statuses are tried again, and how the server overrules that', () => {
  const retried = [408, 409, 429, 500, 502, 503, 504, 529];
  for (const status of [400, 401, 402, 403, 404, 405, 413, 422, 425, ...retried]) {
    assert.equal(delay(failed(status)) !== undefined, retried.includes(status), `${status}`);
    assert.equal(delay(failed(status, { 'x-should-retry': 'true' })), 500, `${status}, told to`);
    assert.equal(delay(failed(status, { 'x-should-retry': 'false' })), undefined, `${status}, told not to`);
  }
});

test('connections and limits of an attempt are tried again; what would fail again is not', () => {
  assert.equal(delay(new ConnectionError('')), 500);
  assert.equal(delay(new TimeoutError('connect', 1)), 500);
  assert.equal(delay(new TimeoutError('firstToken', 1)), 500);
  assert.equal(delay(new TimeoutError('total', 1)), undefined);
  for (const Kind of [AbortError, ProtocolError, ParleyError]) assert.equal(delay(new Kind('')), undefined);
});

test('pauses double from half a second to eight, less up to a quarter', () => {
  const pauses = [0, 1, 2, 3, 4, 5, 6].map((retries) => delay(failed(500), retries, 9));
  assert.deepEqual(pauses, [500, 1000, 2000, 4000, 8000, 8000, 8000]);
  assert.equal(delay(failed(500), 0, 9, 1), 375);
  assert.equal(delay(failed(500), 2, 2), undefined);
  assert.equal(delay(failed(500), 0, 0), undefined);
});

test('the server’s pause goes before, up to a minute', () => {
  assert.equal(delay(failed(429, { 'retry-after': '2' }), 0, 2, 1), 2000);
  assert.equal(delay(failed(429, { 'retry-after-ms': '7', 'retry-after': '2' })), 7);
  assert.equal(delay(failed(503, { 'retry-after': '0' })), 0);
  assert.equal(delay(failed(503, { 'retry-after': '60' })), 60_000);
  assert.equal(delay(failed(503, { 'retry-after': '61' })), undefined);
});

test('forms of retry-after', () => {
  const asked = (headers: Record<string, string>) => retryAfterMilliseconds(new Headers(headers));
  assert.equal(asked({}), undefined);
  assert.equal(asked({ 'retry-after': '1.5' }), 1500);
  assert.equal(asked({ 'retry-after': 'soon' }), undefined);
  assert.equal(asked({ 'retry-after': '' }), undefined);
  assert.equal(asked({ 'retry-after': '-1' }), undefined);
  assert.equal(asked({ 'retry-after-ms': 'x' }), undefined);
  assert.equal(asked({ 'retry-after': new Date(0).toUTCString() }), undefined);
  const inAnHour = asked({ 'retry-after': new Date(Date.now() + 3_600_000).toUTCString() });
  assert.ok(inAnHour && inAnHour > 3_500_000 && inAnHour <= 3_600_000);
});

test('the form of Speakeasy’s clients', () => {
  const backoff = { initialInterval: 10, maxInterval: 50, exponent: 3, maxElapsedTime: 100 };
  const policy: RetryConfig = { strategy: 'backoff', backoff };
  const pauses = [0, 1, 2, 9].map((retries) => delay(failed(500), retries, policy));
  assert.deepEqual(pauses, [10, 30, 50, 50]);
  assert.equal(
    retryDelay(failed(500), policy, 0, 95, () => 0),
    undefined,
  );
  assert.equal(delay(new ConnectionError(''), 0, policy), undefined);
  assert.equal(delay(new ConnectionError(''), 0, { ...policy, retryConnectionErrors: true }), 10);
  assert.equal(delay(failed(500), 0, { strategy: 'none' }), undefined);
  assert.equal(delay(failed(500), 3, { strategy: 'backoff' }), 500 * 1.5 ** 3);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError, invalidRequest, overloaded } from '../errors.ts';
import { PROFILES, profileErrorBody, profileErrorChunk, shapeFields } from '../index.ts';

test('only listed fields remain, in their order; lists are shaped item by item', () => {
  const fields = { b: true, a: { x: true, y: 'unless-null' } } as const;
  assert.deepEqual(Object.entries(shapeFields(fields, { c: 1, b: null, a: [] })), [
    ['b', null],
    ['a', []],
  ]);
  assert.deepEqual(shapeFields(fields, { a: [{ x: null, y: null, z: 1 }, { y: 0 }] }), {
    a: [{ x: null }, { y: 0 }],
  });
  assert.deepEqual(shapeFields(fields, { a: null, toString: 1 }), { a: null });
});

test('each provider words its errors in its own shape', () => {
  const [cerebras, lightcone, atoma] = PROFILES;
  assert.ok(cerebras && lightcone && atoma);
  const wrong = invalidRequest(
    'temperature',
    'temperature must be between 0 and 1.5, got 3.',
    'out_of_range',
  );
  const { message, type, param } = wrong;
  assert.deepEqual(profileErrorBody(cerebras, wrong), { message, type, param, code: 'wrong_api_format' });
  assert.deepEqual(profileErrorChunk(cerebras, wrong), {
    error: { message, type, param, code: 'wrong_api_format' },
    status_code: 400,
  });
  assert.deepEqual(profileErrorBody(lightcone, wrong), wrong.body());
  assert.deepEqual(profileErrorBody(atoma, wrong), { error: { code: 'REQUEST_ERROR', message } });
  assert.deepEqual(profileErrorChunk(atoma, wrong), { error: { code: 'REQUEST_ERROR', message } });
});

test('Atoma names its errors by status', () => {
  const atoma = PROFILES.find(({ name }) => name === 'atoma');
  assert.ok(atoma);
  for (const [status, code] of [
    [400, 'REQUEST_ERROR'],
    [401, 'AUTH_ERROR'],
    [404, 'NOT_FOUND'],
    [413, 'REQUEST_ERROR'],
    [500, 'INTERNAL_ERROR'],
    [503, 'SERVICE_UNAVAILABLE'],
    [504, 'INTERNAL_ERROR'],
  ] as const) {
    const error = new ApiError({ status, type: 'server_error', message: 'm' });
    assert.deepEqual(profileErrorBody(atoma, error), { error: { code, message: 'm' } });
  }
  assert.deepEqual(profileErrorBody(atoma, overloaded('m', 1)), {
    error: { code: 'TOO_MANY_REQUESTS', message: 'm' },
  });
});

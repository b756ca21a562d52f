import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from './index.ts';

export const user = { role: 'user', content: 'Hello' };

export type Row = readonly [body: unknown, param: string | null, code: string, message: RegExp];

/** The error that the parser throws. */
export function refusal(parse: (body: unknown) => unknown, body: unknown): ApiError {
  try {
    parse(body);
  } catch (error) {
    assert.ok(error instanceof ApiError, String(error));
    return error;
  }
  assert.fail(`accepted ${JSON.stringify(body)?.slice(0, 200)}`);
}

/** Tests that each body is a 400 with this path, code and message. */
export function table(title: string, parse: (body: unknown) => unknown, rows: readonly Row[]): void {
  test(title, () => {
    for (const [body, param, code, message] of rows) {
      const error = refusal(parse, body);
      assert.deepEqual(
        [error.status, error.type, error.param, error.code],
        [400, 'invalid_request_error', param, code],
      );
      assert.match(error.message, message);
      assert.ok(error.message.length < 400, error.message);
    }
  });
}

export const MISSING = 'missing_required_parameter';
export const CONFLICT = 'conflicting_parameters';

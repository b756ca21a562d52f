import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCallHeaders } from './call-headers.ts';

test('numbers in range are taken, absence asks for nothing', () => {
  assert.deepEqual(readCallHeaders({}, null), { delaySeconds: 0, queueLimitMs: undefined });
  for (const [text, seconds] of [
    ['0', 0],
    ['1.5', 1.5],
    ['1e-05', 0.00001],
    ['60', 60],
  ] as const) {
    assert.equal(readCallHeaders({ 'x-delay-time': text }, null).delaySeconds, seconds);
  }
  for (const tier of [undefined, null, 'auto', 'flex'] as const) {
    for (const limit of ['50', '20000']) {
      assert.equal(readCallHeaders({ queue_threshold: limit }, tier).queueLimitMs, Number(limit));
    }
  }
});

test('everything else is refused by name, with what is allowed', () => {
  for (const [name, text, code] of [
    ['x-delay-time', '61', 'out_of_range'],
    ['x-delay-time', '-1', 'out_of_range'],
    ['x-delay-time', 'Infinity', 'out_of_range'],
    ['x-delay-time', 'soon', 'invalid_value'],
    ['x-delay-time', '', 'invalid_value'],
    ['x-delay-time', '1, 2', 'invalid_value'],
    ['queue_threshold', '49', 'out_of_range'],
    ['queue_threshold', '20001', 'out_of_range'],
    ['queue_threshold', '0', 'out_of_range'],
    ['queue_threshold', 'NaN', 'invalid_value'],
  ] as const) {
    assert.throws(() => readCallHeaders({ [name]: text }, null), {
      status: 400,
      param: name,
      code,
      message: new RegExp(
        `${name} must be a number of (milli)?seconds from \\d+ to \\d+, got ${JSON.stringify(text)}`,
      ),
    });
  }
  for (const tier of ['default', 'priority'] as const) {
    assert.throws(() => readCallHeaders({ queue_threshold: '100' }, tier), {
      status: 400,
      param: 'queue_threshold',
      code: 'conflicting_parameters',
    });
  }
});

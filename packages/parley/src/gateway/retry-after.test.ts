import assert from 'node:assert/strict';
import { it } from 'node:test';
import { retryAfterMs } from './retry-after.ts';

const NOW = Date.parse('2026-11-20T12:00:00Z');

const CASES: readonly (readonly [
  headers: Record<string, string>,
  status: number,
  expected: number | undefined,
])[] = [
  [{ 'retry-after': '2' }, 503, 2_000],
  [{ 'retry-after': '0.5' }, 429, 500],
  [{ 'retry-after-ms': '120', 'retry-after': '9' }, 429, 120],
  [{ 'retry-after': 'Fri, 20 Nov 2026 12:00:30 GMT' }, 429, 30_000],
  [{ 'retry-after': 'Fri, 20 Nov 2026 11:00:00 GMT' }, 429, 0],
  [{ 'retry-after': 'soon' }, 429, undefined],
  [{ 'retry-after': '99999999' }, 429, 86_400_000],
  [{ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '6m0s' }, 429, 360_000],
  [{ 'x-ratelimit-remaining-requests': '5', 'x-ratelimit-reset-requests': '6m0s' }, 429, undefined],
  [
    {
      'x-ratelimit-remaining-requests-day': '0',
      'x-ratelimit-reset-requests-day': '33.5',
      'x-ratelimit-remaining-tokens-minute': '0',
      'x-ratelimit-reset-tokens-minute': '2m59.56s',
    },
    429,
    179_560,
  ],
  [
    {
      'anthropic-ratelimit-tokens-remaining': '0',
      'anthropic-ratelimit-tokens-reset': '2026-11-20T12:01:00Z',
    },
    429,
    60_000,
  ],
  [{ 'x-ratelimit-reset': String(NOW + 5_000) }, 429, 5_000],
  [{ 'x-ratelimit-reset': String(NOW / 1000 + 7) }, 429, 7_000],
  [{ 'x-ratelimit-reset': '250ms' }, 429, 250],
  [{ 'x-ratelimit-reset': '5' }, 503, undefined],
  [{}, 429, undefined],
];

for (const [headers, status, expected] of CASES) {
  it(`${status} ${JSON.stringify(headers)}: ${expected}`, () => {
    assert.equal(retryAfterMs(headers, status, NOW), expected);
  });
}

import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { FailureKind } from './attempt.ts';
import { faultOf } from './dialects/fault.ts';
import { kindOf } from './failure-kinds.ts';

/** What upstreams answer with, after their references. */
const CASES: readonly (readonly [status: number | undefined, body: unknown, kind: FailureKind])[] = [
  [401, { error: { message: 'Incorrect API key provided', code: 'invalid_api_key' } }, 'credentials'],
  [402, { error: { message: 'Insufficient Balance' } }, 'credentials'],
  [403, { error: { message: 'Country not supported' } }, 'credentials'],
  [403, { error: { code: 403, message: 'Your input was flagged', metadata: {} } }, 'content-policy'],
  [429, { error: { message: 'You exceeded your current quota', code: 'insufficient_quota' } }, 'credentials'],
  [429, { error: { message: 'Too many requests', code: 'rate_limit_exceeded' } }, 'rate-limited'],
  [498, { error: { message: 'Flex tier capacity exceeded' } }, 'rate-limited'],
  [400, { error: { message: 'x', code: 'context_length_exceeded' } }, 'context-length'],
  [
    400,
    { object: 'error', message: "This model's maximum context length is 4096 tokens.", code: 400 },
    'context-length',
  ],
  [
    400,
    {
      error: {
        code: 400,
        message: 'the request exceeds the available context size',
        type: 'exceed_context_size_error',
      },
    },
    'context-length',
  ],
  [
    400,
    { error: { message: 'The input token count (2) exceeds the maximum number of tokens allowed (1).' } },
    'context-length',
  ],
  [
    400,
    {
      error: {
        message: 'Invalid prompt: your prompt was flagged as potentially violating our usage policy.',
      },
    },
    'content-policy',
  ],
  [
    400,
    { error: { message: "Unsupported value: 'temperature' does not support 0.2 with this model." } },
    'request',
  ],
  [422, { detail: [{ loc: ['body', 'messages'], msg: 'field required' }] }, 'request'],
  [404, { error: { message: 'The model does not exist' } }, 'upstream'],
  [409, {}, 'upstream'],
  [425, { error: { code: 'UNAVAILABLE_STACK', message: 'x' } }, 'upstream'],
  [408, {}, 'timeout'],
  [500, {}, 'upstream'],
  [529, { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }, 'upstream'],
  [301, undefined, 'upstream'],
  [undefined, { error: { type: 'overloaded_error', message: 'Overloaded' } }, 'upstream'],
  [undefined, { error: { type: 'invalid_request_error', message: 'x' } }, 'request'],
  [undefined, { error: { message: 'rate limited', status_code: 429, code: 429 } }, 'rate-limited'],
  [undefined, { error: { message: 'slow' }, status_code: 503 }, 'upstream'],
];

for (const [status, body, kind] of CASES) {
  it(`${status} ${JSON.stringify(body)?.slice(0, 60)}: ${kind}`, () => {
    const fault = faultOf(body, status) ?? {
      status,
      code: undefined,
      type: undefined,
      param: undefined,
      message: '',
    };
    assert.equal(kindOf(fault), kind);
  });
}

it('reads what is wrong from every form of an error', () => {
  assert.equal(faultOf({ error: 'plain words' })?.message, 'plain words');
  assert.equal(faultOf({ detail: [{ loc: ['body', 'n'], msg: 'too large' }] })?.message, 'body.n: too large');
  assert.equal(
    faultOf([{ error: { code: 400, message: 'in a list', status: 'INVALID_ARGUMENT' } }])?.code,
    'INVALID_ARGUMENT',
  );
  assert.equal(faultOf({ choices: [], error: null }), undefined);
  assert.equal(faultOf({ choices: [] }), undefined);
});

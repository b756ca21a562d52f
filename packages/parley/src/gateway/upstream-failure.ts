import { ApiError, type ErrorType } from '@parley/protocol/errors';
import { type FailureKind, UpstreamFailure } from './attempt.ts';
import type { UpstreamFault } from './dialects/fault.ts';
import { kindOf } from './failure-kinds.ts';
import type { Upstream } from './target.ts';
import type { ConnectionFailure } from './transport/transport.ts';

/** Of what an upstream says of an error, so much is handed on. */
const MAX_MESSAGE = 2_000;

/** What the caller is told when the upstream's own words are not for him, or it has none. */
const OURS: Readonly<
  Record<FailureKind, readonly [status: number, type: ErrorType, code: string, message: string]>
> = {
  connection: [502, 'server_error', 'upstream_unreachable', 'The upstream could not be reached.'],
  timeout: [504, 'timeout_error', 'upstream_timeout', 'The upstream did not answer in time.'],
  'rate-limited': [
    429,
    'rate_limit_error',
    'upstream_rate_limited',
    'The upstream has no capacity left for now.',
  ],
  upstream: [502, 'server_error', 'upstream_error', 'The upstream failed.'],
  interrupted: [
    502,
    'server_error',
    'upstream_interrupted',
    'The upstream broke off in the middle of the answer.',
  ],
  credentials: [
    502,
    'server_error',
    'upstream_credentials',
    'The upstream did not accept the account of this server.',
  ],
  'context-length': [
    400,
    'invalid_request_error',
    'context_length_exceeded',
    'The input is too long for the model.',
  ],
  'content-policy': [
    400,
    'invalid_request_error',
    'content_policy_violation',
    'The upstream refused the content.',
  ],
  request: [400, 'invalid_request_error', 'upstream_refused', 'The upstream refused the request.'],
  cancelled: [499, 'server_error', 'cancelled', 'The call was cancelled.'],
};

/** Failures whose reason is the caller's business, in the upstream's own words. */
const PASSED_ON: ReadonlySet<FailureKind> = new Set(['context-length', 'content-policy', 'request']);

interface FailureOptions {
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

export function failure(
  kind: FailureKind,
  options: FailureOptions & { readonly message?: string } = {},
): UpstreamFailure {
  const [status, type, code, message] = OURS[kind];
  const retryAfterSeconds = secondsOf(options.retryAfterMs);
  const error = new ApiError({
    status,
    type,
    code,
    message: options.message ?? message,
    ...retryAfterSeconds,
  });
  return new UpstreamFailure(kind, error, options);
}

/** The error that an upstream answered with. `began`: events of the answer were told before it. */
export function failureOf(
  fault: UpstreamFault,
  upstream: Upstream,
  { began, ...options }: FailureOptions & { readonly began: boolean },
): UpstreamFailure {
  const kind = kindOf(fault);
  const retryAfterMs = options.retryAfterMs ?? fault.retryAfterMs;
  const cause = new Error(shown(fault, upstream));
  if (!PASSED_ON.has(kind)) return failure(began ? 'interrupted' : kind, { retryAfterMs, cause });
  const [status, type, code, message] = OURS[kind];
  const said = scrubbed(fault.message, upstream).trim();
  const error = new ApiError({
    status: kind === 'request' ? (fault.status ?? status) : status,
    type,
    code: kind === 'request' ? (wordOf(fault.code) ?? code) : code,
    param: wordOf(fault.param) ?? null,
    message: said === '' ? message : said.slice(0, MAX_MESSAGE),
    cause,
  });
  return new UpstreamFailure(kind, error, { cause });
}

/** No connection, or none any more. `began`: events of the answer were told before it. */
export function connectionFailed(error: ConnectionFailure, began: boolean): UpstreamFailure {
  if (began) return failure('interrupted', { cause: error });
  switch (error.reason) {
    case 'lost':
      return failure('connection', { cause: error });
    case 'connect-timeout':
    case 'headers-timeout':
      return failure('timeout', { cause: error });
    case 'invalid-request':
      // A key or a header of the configuration that HTTP cannot carry.
      return failure('credentials', { cause: error });
  }
}

function shown({ status, code, message }: UpstreamFault, upstream: Upstream): string {
  return `${status ?? 'no status'} ${code ?? ''}: ${scrubbed(message, upstream).slice(0, MAX_MESSAGE)}`;
}

/** Without our key, our headers and our address. */
function scrubbed(text: string, { apiKey, headers, baseUrl }: Upstream): string {
  const { host, hostname } = new URL(baseUrl);
  const secrets = [apiKey, ...Object.values(headers), baseUrl, host, hostname];
  return secrets.reduce<string>(
    (out, secret) =>
      secret !== undefined && secret.length >= 4 ? out.replaceAll(secret, '[redacted]') : out,
    text,
  );
}

function wordOf(value: string | undefined): string | undefined {
  return value !== undefined && /^[\w.[\]-]{1,100}$/.test(value) ? value : undefined;
}

function secondsOf(milliseconds: number | undefined) {
  return milliseconds === undefined ? {} : { retryAfterSeconds: Math.ceil(milliseconds / 1000) };
}

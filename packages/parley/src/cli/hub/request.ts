import { ApiError } from '@parley/protocol';
import { failure } from '../failure.ts';

/** The hub, and what stands between us and it. Injected, so that tests need no network and no patience. */
export interface HubConnection {
  /** Origin and path prefix without a slash at the end, as https://huggingface.co. */
  readonly endpoint: string;
  readonly token: string | undefined;
  readonly fetch: typeof fetch;
  /** Waits; rejects when the signal is aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
  /** Told before each pause, so that nobody waits without knowing why. */
  onRetry(reason: string, delayMilliseconds: number): void;
  /** Longest silence of the other side before the connection counts as cut. */
  readonly stallMilliseconds: number;
}

/** A failure that may be gone at the next attempt. */
export interface Retryable {
  readonly retryable: true;
  readonly reason: string;
  readonly afterSeconds: number | undefined;
}

export interface HubResponse {
  readonly response: Response;
  /** Headers of the hub's own answer when it sent us elsewhere: they describe the file. */
  readonly linked: Headers;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const REDIRECT_LIMIT = 10;

/**
 * One GET through all redirects. The token goes to the hub's origin only: a redirect to a storage host
 * must not carry it. Returns a Retryable for what may pass; throws for what will not.
 */
export async function request(
  hub: HubConnection,
  path: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<HubResponse | Retryable> {
  let url = new URL(`${hub.endpoint}${path}`);
  const home = url.origin;
  let linked: Headers | undefined;
  for (let hop = 0; hop <= REDIRECT_LIMIT; hop++) {
    const token = url.origin === home ? hub.token : undefined;
    const response = await attempt(hub, url, headers, token, signal);
    if ('retryable' in response) return response;
    linked ??= response.headers;
    const location = response.headers.get('location');
    if (!REDIRECTS.has(response.status) || location === null) return settle(hub, path, response, linked);
    await response.body?.cancel();
    url = redirectTarget(url, location);
  }
  throw failure(`${hub.endpoint}${path} is redirected more than ${REDIRECT_LIMIT} times.`);
}

async function attempt(
  hub: HubConnection,
  url: URL,
  headers: Readonly<Record<string, string>>,
  token: string | undefined,
  signal: AbortSignal,
): Promise<Response | Retryable> {
  // Identity: a compressed body would have neither the size nor the ranges of the file.
  const all = new Headers({ 'user-agent': 'parley', 'accept-encoding': 'identity', ...headers });
  if (token !== undefined) all.set('authorization', `Bearer ${token}`);
  try {
    return await hub.fetch(url.href, { headers: all, redirect: 'manual', signal });
  } catch (error) {
    signal.throwIfAborted();
    return { retryable: true, reason: `${url.host}: ${causeOf(error)}`, afterSeconds: undefined };
  }
}

/** `fetch failed` says nothing; its cause does. */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}

function redirectTarget(from: URL, location: string): URL {
  const target = URL.parse(location, from.href);
  if (!target || !['http:', 'https:'].includes(target.protocol)) {
    throw failure(`${from.host} redirects to an address that cannot be used.`);
  }
  if (from.protocol === 'https:' && target.protocol === 'http:') {
    throw failure(`${from.host} redirects to an unencrypted address at ${target.host}.`);
  }
  return target;
}

async function settle(
  hub: HubConnection,
  path: string,
  response: Response,
  linked: Headers,
): Promise<HubResponse | Retryable> {
  const { status } = response;
  if (response.ok || status === 416) return { response, linked };
  await response.body?.cancel();
  if (status === 408 || status === 429 || status >= 500) {
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    const afterSeconds = Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
    return {
      retryable: true,
      reason: `${new URL(hub.endpoint).host} answers with status ${status}`,
      afterSeconds,
    };
  }
  throw refusal(hub, path, status, response.headers.get('x-error-code'));
}

function refusal(hub: HubConnection, path: string, status: number, code: string | null): ApiError {
  const repository = path
    .replace(/^\/api\/models\//, '')
    .split('/')
    .filter(Boolean)
    .slice(0, 2)
    .join('/');
  const page = `${hub.endpoint}/${repository}`;
  const withToken = hub.token
    ? 'HF_TOKEN is set, but not accepted or without the right to it'
    : 'HF_TOKEN is not set';
  const texts: Record<number, string> = {
    401: `${page} is private, gated or does not exist, and ${withToken}.`,
    403:
      code === 'GatedRepo'
        ? `${page} is gated: accept its conditions there in a browser, and set HF_TOKEN to a token of that account.`
        : `${page} may not be read: ${withToken}.`,
    404: `${hub.endpoint} has no ${code === 'EntryNotFound' ? `such file (${path})` : `repository ${repository}`}.`,
  };
  return new ApiError({
    status,
    type: 'not_found_error',
    code: 'hub_refused',
    message: texts[status] ?? `${hub.endpoint}${path} answers with status ${status}.`,
  });
}

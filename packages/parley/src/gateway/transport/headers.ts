import type { IncomingHttpHeaders } from 'node:http';

/** What an answer's head may tell: which request it was, when to come again, and how to read the body. */
const ANSWER_HEADERS: ReadonlySet<string> = new Set([
  'content-type',
  'content-encoding',
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
  ...['x-request-id', 'request-id', 'apim-request-id', 'x-goog-request-id', 'x-amzn-requestid', 'cf-ray'],
]);

/** `x-ratelimit-reset-requests`, `anthropic-ratelimit-tokens-remaining` and their like. */
const RATE_LIMIT = /^(?:x|anthropic)-ratelimit-[a-z-]{1,40}$/;
const MAX_VALUE = 1_000;

/** The headers of an answer that are let in. */
export function answerHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const allowed: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value !== 'string' || value.length > MAX_VALUE) continue;
    if (ANSWER_HEADERS.has(name) || RATE_LIMIT.test(name)) allowed[name] = value;
  }
  return allowed;
}

const REQUEST_IDS = [
  'x-request-id',
  'request-id',
  'apim-request-id',
  'x-goog-request-id',
  'x-amzn-requestid',
  'cf-ray',
];

/** What the upstream calls the request, for those who ask its support. */
export function upstreamRequestId(headers: Readonly<Record<string, string>>): string | undefined {
  const name = REQUEST_IDS.find((each) => Object.hasOwn(headers, each));
  // Anything but visible ASCII could end a line of a log.
  return name && headers[name]?.slice(0, 200).replace(/[^!-~]/g, '_');
}

const TRACE_HEADERS: ReadonlySet<string> = new Set(['traceparent', 'tracestate']);
/** Headers that decide how the message itself is read, or by which way it goes. */
const MESSAGE_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'cookie',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

interface RequestHeaders {
  /** What the operator configured for the upstream. */
  readonly configured: Readonly<Record<string, string>>;
  /** What the dialect asks for. */
  readonly dialect: Readonly<Record<string, string>>;
  readonly auth: Readonly<Record<string, string>>;
  readonly trace: Readonly<Record<string, string>> | undefined;
}

/** All that goes up. Nothing of the caller's request is among it. */
export function requestHeaders({
  configured,
  dialect,
  auth,
  trace = {},
}: RequestHeaders): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'text/event-stream, application/json',
    // A compressed stream would have to be decoded under limits of its own, and arrives later.
    'accept-encoding': 'identity',
    'user-agent': 'parley',
  };
  const add = (more: Readonly<Record<string, string>>, allowed: (name: string) => boolean): void => {
    for (const [name, value] of Object.entries(more)) {
      const lower = name.toLowerCase();
      if (allowed(lower)) headers[lower] = value;
    }
  };
  add(trace, (name) => TRACE_HEADERS.has(name));
  add(dialect, () => true);
  add(configured, (name) => !MESSAGE_HEADERS.has(name));
  add(auth, () => true);
  return headers;
}

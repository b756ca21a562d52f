import { apiError, isFields, ParleyError, ProtocolError, parseJson, requestIdOf } from './errors.ts';
import type { CallInfo } from './hooks.ts';
import type { ClientOptions, HeadersLike, Limit, Query, RequestOptions, Timeouts } from './options.ts';
import { retryDelay } from './retry.ts';
import { Stream } from './stream.ts';
import { Watch } from './watch.ts';

/** An answer with the HTTP response that carried it. */
export interface WithResponse<T> {
  readonly data: T;
  readonly response: Response;
  /** The server's id of the request. */
  readonly requestId: string | undefined;
}

/** The answer of a call, which is under way already. */
export interface ApiPromise<T> extends Promise<T> {
  /** The response as soon as its head is there, with its body unread and the time limits lifted. */
  asResponse(): Promise<Response>;
  withResponse(): Promise<WithResponse<T>>;
}

export type Method = 'GET' | 'POST' | 'DELETE';

export interface Call extends RequestOptions {
  readonly method: Method;
  /** Below the base URL: `/models`. */
  readonly path: string;
  /** What goes into the body. */
  readonly params?: object | undefined;
}

export type Send = <T>(call: Call) => ApiPromise<T>;

export interface Settings extends ClientOptions {
  readonly baseURL: string;
  /** Aborted when the client is closed. */
  readonly closing: AbortSignal;
}

const DEFAULT_LIMIT = 600_000;
const STREAMED: Timeouts = { firstToken: DEFAULT_LIMIT, idle: 120_000 };
const WHOLE: Timeouts = { total: DEFAULT_LIMIT };
const GZIP_THRESHOLD = 1024;

export function sender(settings: Settings): Send {
  return <T>(call: Call) => {
    const mode = { raw: false };
    const outcome = perform<T>(settings, call, mode);
    const promise = outcome.then(({ data }) => data);
    // Who takes the response does not take the promise itself, so its failure is not left unhandled.
    const instead = <U>(other: Promise<U>) => {
      promise.catch(() => {});
      return other;
    };
    return Object.assign(promise, {
      asResponse: () => {
        mode.raw = true;
        return instead(outcome.then(({ response }) => response));
      },
      withResponse: () => instead(outcome),
    });
  };
}

/** All that the attempts of one call share. */
interface Run extends Settings {
  readonly call: Call;
  readonly mode: { raw: boolean };
  readonly signals: readonly AbortSignal[];
  readonly info: CallInfo & { attempt: number };
  readonly url: string;
  readonly payload: BodyInit | undefined;
  readonly streamed: boolean;
  readonly watch: Watch;
  readonly idempotencyKey: string;
}

async function perform<T>(settings: Settings, call: Call, mode: { raw: boolean }): Promise<WithResponse<T>> {
  const { hooks } = settings;
  const body = call.params || call.body ? { ...call.params, ...call.body } : undefined;
  const streamed = isFields(body) && body.stream === true;
  const milliseconds = (limit: Limit) =>
    named(call.timeout, limit) ?? named(settings.timeout, limit) ?? (streamed ? STREAMED : WHOLE)[limit];
  const address = new URL(settings.baseURL + call.path);
  const info = { method: call.method, url: address.href, body, attempt: 0 };
  const url = withQuery(address, settings.query, call.query);
  const idempotencyKey = `parley-${randomId()}`;
  const began = performance.now();
  const signals = [call.signal].flat().filter((signal) => !!signal);
  const watch = new Watch([settings.closing, ...signals], milliseconds);
  try {
    // Also gives the caller the time to say that it wants the raw response.
    const payload = await encode(body, call.compress ?? settings.compress);
    const run: Run = {
      ...settings,
      call,
      mode,
      signals,
      info,
      url,
      payload,
      streamed,
      watch,
      idempotencyKey,
    };
    for (;;) {
      info.attempt++;
      try {
        return await attempt<T>(run);
      } catch (error) {
        watch.cancel();
        if (!(error instanceof ParleyError)) throw error;
        const elapsed = performance.now() - began;
        const policy = call.maxRetries ?? settings.maxRetries ?? 2;
        const delay = retryDelay(error, policy, info.attempt - 1, elapsed);
        if (delay === undefined || elapsed + delay >= (milliseconds('total') || Infinity)) throw error;
        hooks?.retry?.(info, error, delay);
        await watch.sleep(delay);
      }
    }
  } catch (error) {
    watch.release();
    if (error instanceof ParleyError) hooks?.error?.(info, error);
    throw error;
  }
}

async function attempt<T>(run: Run): Promise<WithResponse<T>> {
  const { call, hooks, info, mode, payload, streamed, watch } = run;
  const headers = await headersOf(run);
  const secret = headers.get('authorization')?.replace(/^\w+ /, '');
  hooks?.request?.(info, shown(headers));
  let signal = watch.attempt();
  // The body of a raw response lives longer than the watch does.
  if (mode.raw && run.signals[0]) signal = AbortSignal.any([signal, ...run.signals]);
  watch.start('connect');
  if (streamed) watch.start('firstToken');
  const init: RequestInit = {
    ...run.fetchOptions,
    ...call.fetchOptions,
    method: call.method,
    headers,
    signal,
  };
  if (payload) init.body = payload;
  const response = await watch.guard((run.fetch ?? fetch)(run.url, init));
  watch.stop('connect');
  hooks?.response?.(info, response);
  if (!response.ok) throw await failure(response, secret);
  if (mode.raw) watch.release();
  const data = mode.raw ? undefined : await (streamed ? open : whole)(run, response);
  // The server is trusted to send what its endpoint documents.
  return { data: data as T, response, requestId: requestIdOf(response.headers) };
}

async function whole({ watch }: Run, response: Response): Promise<unknown> {
  const text = await watch.guard(response.text());
  const requestId = requestIdOf(response.headers);
  const data = parseJson(text);
  if (!isFields(data)) throw new ProtocolError(`The answer is no JSON: ${text.slice(0, 200)}`, { requestId });
  watch.release();
  return Object.defineProperty(data, 'requestId', { value: requestId });
}

async function open({ watch, hooks, info }: Run, { body, headers }: Response): Promise<unknown> {
  if (!body || headers.get('content-type')?.includes('json')) {
    throw new ProtocolError('The server did not answer with a stream.', { requestId: requestIdOf(headers) });
  }
  const onChunk = hooks?.chunk && ((chunk: unknown) => hooks.chunk?.(info, chunk));
  const stream = new Stream(body, {
    watch,
    headers,
    onChunk,
    onError: (error) => hooks?.error?.(info, error),
  });
  await stream.ready();
  return stream;
}

async function failure(response: Response, secret: string | undefined): Promise<ParleyError> {
  // The status says enough when the body does not come.
  const sent = await response.text().catch(() => '');
  const text = secret ? sent.replaceAll(secret, '[redacted]') : sent;
  const body = parseJson(text) ?? (text.slice(0, 1000) || response.statusText);
  return apiError(response.status, body, response.headers);
}

async function headersOf({
  apiKey,
  call,
  headers: own,
  idempotencyKey,
  payload,
  streamed,
}: Run): Promise<Headers> {
  const key = typeof apiKey === 'function' ? await apiKey() : apiKey;
  // fetch would quote it in its complaint.
  if (key && /[^!-~]/.test(key))
    throw new ParleyError('The API key has characters that a header cannot hold.');
  const headers = new Headers();
  for (const source of [
    {
      accept: streamed ? 'text/event-stream' : 'application/json',
      authorization: key ? `Bearer ${key}` : undefined,
      'content-type': payload && 'application/json',
      'content-encoding': typeof payload === 'object' ? 'gzip' : undefined,
      'idempotency-key': call.method === 'POST' ? idempotencyKey : undefined,
    } as HeadersLike,
    own ?? [],
    call.headers ?? [],
    { 'idempotency-key': call.idempotencyKey },
  ]) {
    for (const [name, value] of Symbol.iterator in source ? source : Object.entries(source)) {
      if (value === null) headers.delete(name);
      else if (value !== undefined) headers.set(name, value);
    }
  }
  return headers;
}

/** Without the credential. */
function shown(headers: Headers): Headers {
  const copy = new Headers(headers);
  copy.delete('authorization');
  return copy;
}

/** `crypto.randomUUID` is missing on pages that did not come over HTTPS. */
function randomId(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join('-');
}

async function encode(
  body: object | undefined,
  compress: boolean | number = false,
): Promise<BodyInit | undefined> {
  if (!body) return undefined;
  const text = JSON.stringify(body);
  const threshold = compress === true ? GZIP_THRESHOLD : compress;
  if (threshold === false || text.length < threshold) return text;
  return new Response(new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer();
}

function named(timeout: number | Timeouts | undefined, limit: Limit): number | undefined {
  return typeof timeout === 'number' ? named({ total: timeout }, limit) : timeout?.[limit];
}

function withQuery(url: URL, ...queries: readonly (Query | undefined)[]): string {
  for (const query of queries) {
    for (const [name, value] of Object.entries(query ?? {})) {
      if (value !== null && value !== undefined) url.searchParams.set(name, `${value}`);
    }
  }
  return url.href;
}

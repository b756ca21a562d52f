import type { Run } from './call.ts';
import { ParleyError } from './errors.ts';
import type { HeadersLike, Query } from './options.ts';

const GZIP_THRESHOLD = 1024;

/** Headers of one attempt; those of client and call go over the others. */
export async function headersOf(
  { apiKey, call, headers: own, idempotencyKey, streamed }: Run,
  payload: BodyInit | undefined,
): Promise<Headers> {
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
export function shown(headers: Headers): Headers {
  const copy = new Headers(headers);
  copy.delete('authorization');
  return copy;
}

/** `crypto.randomUUID` is missing on pages that did not come over HTTPS. */
export function randomId(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join('-');
}

export async function encode(
  body: object | undefined,
  compress: boolean | number = false,
): Promise<BodyInit | undefined> {
  if (!body) return undefined;
  const text = JSON.stringify(body);
  const threshold = compress === true ? GZIP_THRESHOLD : compress;
  if (threshold === false || text.length < threshold) return text;
  return new Response(new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer();
}

export function withQuery(url: URL, ...queries: readonly (Query | undefined)[]): string {
  for (const query of queries) {
    for (const [name, value] of Object.entries(query ?? {})) {
      if (value !== null && value !== undefined) url.searchParams.set(name, `${value}`);
    }
  }
  return url.href;
}

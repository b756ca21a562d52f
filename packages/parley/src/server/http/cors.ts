import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CorsOption } from '../options.ts';

const EXPOSED = 'x-request-id, x-parley-parameters, retry-after, cf-ray, x-amz-cf-id';
const MAX_AGE_SECONDS = 7200;
const LOOPBACK = /^https?:\/\/(localhost|[a-z0-9-]+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i;

export type Cors = (request: IncomingMessage, response: ServerResponse) => void;

/** Sets the headers that let a web page read the answer. Cookies are never allowed: keys come in a header. */
export function cors(option: CorsOption, hasKeys: boolean): Cors {
  if (option === 'off') return () => undefined;
  const anyOrigin = option === '*' || (option === 'auto' && hasKeys);
  const allows = (origin: string) =>
    Array.isArray(option) ? option.includes(origin) : LOOPBACK.test(origin);
  return (request, response) => {
    if (!anyOrigin) response.setHeader('vary', 'origin');
    const { origin } = request.headers;
    if (origin === undefined || (!anyOrigin && !allows(origin))) return;
    response.setHeader('access-control-allow-origin', anyOrigin ? '*' : origin);
    response.setHeader('access-control-expose-headers', EXPOSED);
    if (request.method === 'OPTIONS') preflight(request, response);
  };
}

function preflight(request: IncomingMessage, response: ServerResponse): void {
  if (request.headers['access-control-request-method'] === undefined) return;
  response.setHeader('access-control-allow-methods', 'GET, HEAD, POST, DELETE, OPTIONS');
  // Reflected, because `*` does not cover `authorization` and client libraries send headers of their own.
  const asked = request.headers['access-control-request-headers'];
  if (asked !== undefined && /^[\w\-, ]{1,2000}$/.test(asked)) {
    response.setHeader('access-control-allow-headers', asked);
  }
  response.setHeader('access-control-max-age', MAX_AGE_SECONDS);
}

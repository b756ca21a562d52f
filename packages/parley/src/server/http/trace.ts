import type { IncomingMessage, ServerResponse } from 'node:http';

/** What Cloudflare and Amazon CloudFront put on a request to find it again. */
const TRACE_HEADERS = { 'cf-ray': 'cf_ray', 'x-amz-cf-id': 'x_amz_cf_id' } as const;
const MAX_LENGTH = 256;

/** Sends the caller's trace headers back; returns them by the names of the log. */
export function echoTrace(request: IncomingMessage, response: ServerResponse): Record<string, string> {
  const trace: Record<string, string> = {};
  for (const [header, name] of Object.entries(TRACE_HEADERS)) {
    const value = request.headers[header];
    if (typeof value !== 'string') continue;
    // Anything but visible ASCII could end a line of a log or of a header.
    const sane = value.slice(0, MAX_LENGTH).replace(/[^!-~]/g, '_');
    trace[name] = sane;
    response.setHeader(header, sane);
  }
  return trace;
}

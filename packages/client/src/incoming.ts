import type { Run } from './call.ts';
import { apiError, isFields, type ParleyError, ProtocolError, parseJson, requestIdOf } from './errors.ts';
import { statusOf } from './interruption.ts';
import { Stream } from './stream.ts';

/** An answer in one piece. */
export async function whole({ watch }: Run, response: Response): Promise<unknown> {
  const text = await watch.guard(response.text());
  const requestId = requestIdOf(response.headers);
  const data = parseJson(text);
  if (!isFields(data)) throw new ProtocolError(`The answer is no JSON: ${text.slice(0, 200)}`, { requestId });
  // Some gateways tell of a failure behind them with status 200.
  if (data.error) throw apiError(statusOf(data), data, response.headers);
  watch.release();
  return Object.defineProperty(data, 'requestId', { value: requestId });
}

/** An answer in chunks, of which the first is there. */
export async function open({ watch, hooks, info }: Run, { body, headers }: Response): Promise<unknown> {
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

export async function failure(response: Response, secret: string | undefined): Promise<ParleyError> {
  // The status says enough when the body does not come.
  const sent = await response.text().catch(() => '');
  const text = secret ? sent.replaceAll(secret, '[redacted]') : sent;
  const body = parseJson(text) ?? (text.slice(0, 1000) || response.statusText);
  return apiError(response.status, body, response.headers);
}

import type { UpstreamFailure } from './attempt.ts';
import type { Clock } from './clock.ts';
import { faultOf, type UpstreamFault, unsaid } from './dialects/fault.ts';
import { retryAfterMs } from './retry-after.ts';
import type { Upstream } from './target.ts';
import { ConnectionFailure, type UpstreamAnswer, type UpstreamBody } from './transport/transport.ts';
import { failureOf } from './upstream-failure.ts';

/** Of an error's body; what it says beyond that is of no interest. */
const MAX_BYTES = 64 * 1024;
const MAX_MS = 5_000;

/** The failure that an answer with another status than 2xx means. The body is done with. */
export async function refusedAnswer(
  { status, headers, body }: UpstreamAnswer,
  upstream: Upstream,
  clock: Clock,
): Promise<UpstreamFailure> {
  const text = await firstBytes(body, clock);
  const options = { began: false, retryAfterMs: retryAfterMs(headers, status, clock.unix()) };
  return failureOf(read(text, status), upstream, options);
}

function read(text: string, status: number): UpstreamFault {
  const fault = faultOf(parsed(text), status);
  if (fault !== undefined) return { ...fault, status };
  // A page of a proxy says nothing to the caller; a redirect is not followed.
  const message = /^\s*</.test(text) ? '' : text.slice(0, 1_000);
  return unsaid(message, status);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** As much of the body as may be of interest and comes soon; a body that breaks off is as good as its beginning. */
async function firstBytes(body: UpstreamBody, clock: Clock): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const stopWaiting = clock.after(MAX_MS, () => body.destroy());
  try {
    for (let piece = await body.read(); piece !== undefined; piece = await body.read()) {
      pieces.push(piece);
      length += piece.length;
      if (length > MAX_BYTES) break;
    }
  } catch (error) {
    if (!(error instanceof ConnectionFailure)) throw error;
  } finally {
    stopWaiting();
    if (length > MAX_BYTES) body.destroy();
    else body.release();
  }
  return Buffer.concat(pieces).subarray(0, MAX_BYTES).toString('utf8');
}

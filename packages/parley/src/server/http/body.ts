import type { Readable, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { ApiError, invalidRequest, overloaded } from '@parley/protocol';
import { clientGone, type Exchange } from './exchange.ts';

/** Bytes of all bodies that are held at one time. */
export class BodyBudget {
  readonly #limitBytes: number;
  #held = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get heldBytes(): number {
    return this.#held;
  }

  take(bytes: number): boolean {
    if (this.#held + bytes > this.#limitBytes) return false;
    this.#held += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#held -= bytes;
  }
}

export interface BodyLimits {
  readonly bodyLimitBytes: number;
  readonly bodyIdleTimeoutMs: number;
}

/**
 * The body, decompressed. Throws ApiError 400, 408, 413, 415 or 429; a compressed body is stopped as soon as what comes
 * out of it is too much, however little went in.
 */
export async function readBody(exchange: Exchange, limits: BodyLimits, budget: BodyBudget): Promise<Buffer> {
  const { request, response } = exchange;
  const { bodyLimitBytes } = limits;
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > bodyLimitBytes) throw tooLarge(bodyLimitBytes);
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  checkEncoding(encoding);
  if (exchange.awaitsContinue) {
    exchange.awaitsContinue = false;
    response.writeContinue();
  }
  const reader = new BodyReader(exchange, limits, budget);
  try {
    return await reader.read(encoding);
  } finally {
    reader.release();
  }
}

class BodyReader {
  readonly #exchange: Exchange;
  readonly #limits: BodyLimits;
  readonly #budget: BodyBudget;
  readonly #cleanups: (() => void)[] = [];
  #held = 0;

  constructor(exchange: Exchange, limits: BodyLimits, budget: BodyBudget) {
    this.#exchange = exchange;
    this.#limits = limits;
    this.#budget = budget;
  }

  read(encoding: string): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const { request, signal } = this.#exchange;
      const parts: Buffer[] = [];
      const idle = setTimeout(() => reject(tooSlow()), this.#limits.bodyIdleTimeoutMs);
      this.#cleanups.push(() => clearTimeout(idle));
      const onAbort = () => reject(signal.reason);
      if (signal.aborted) onAbort();
      signal.addEventListener('abort', onAbort, { once: true });
      this.#cleanups.push(() => signal.removeEventListener('abort', onAbort));
      this.#listen(request, 'data', () => idle.refresh());
      this.#listen(request, 'error', () => reject(clientGone()));
      this.#decoded(encoding, reject, (source) => {
        this.#listen(source, 'data', (part: Buffer) => {
          const refusal = this.#take(part.length);
          if (refusal) reject(refusal);
          else parts.push(part);
        });
        this.#listen(source, 'end', () => resolve(Buffer.concat(parts)));
      });
    });
  }

  /** Stops reading. The bytes are the caller's from here on, so they no longer count. */
  release(): void {
    for (const cleanup of this.#cleanups) cleanup();
    this.#budget.give(this.#held);
    this.#held = 0;
  }

  #take(bytes: number): ApiError | undefined {
    if (this.#held + bytes > this.#limits.bodyLimitBytes) return tooLarge(this.#limits.bodyLimitBytes);
    if (!this.#budget.take(bytes)) return overloaded('Too many large requests at one time.', 1);
    this.#held += bytes;
    return undefined;
  }

  #decoded(encoding: string, reject: (error: unknown) => void, use: (source: Readable) => void): void {
    const { request } = this.#exchange;
    if (encoding === 'identity') {
      use(request);
      this.#cleanups.push(() => pauseUnlessEnded(request));
      return;
    }
    const begin = (first: Buffer | undefined) => {
      const decoder = createDecoder(encoding, first);
      this.#listen(decoder, 'error', () => reject(corrupt(encoding)));
      use(decoder);
      if (first) decoder.write(first);
      if (first) request.pipe(decoder);
      else decoder.end();
      this.#cleanups.push(() => {
        request.unpipe(decoder);
        pauseUnlessEnded(request);
        // A decoder that is destroyed in the middle of its work may still report an error.
        decoder.on('error', () => undefined);
        decoder.destroy();
      });
    };
    let begun = false;
    const onFirst = (first: Buffer) => {
      if (begun) return;
      begun = true;
      request.off('data', onFirst);
      begin(first);
    };
    this.#listen(request, 'data', onFirst);
    this.#listen(request, 'end', () => {
      if (!begun) begin(undefined);
    });
  }

  #listen(emitter: Readable, event: string, listener: (part: Buffer) => void): void {
    emitter.on(event, listener);
    this.#cleanups.push(() => emitter.off(event, listener));
  }
}

/** What is left of a refused body waits for the decision whether to read it or to hang up. */
function pauseUnlessEnded(request: Readable): void {
  if (!request.readableEnded) request.pause();
}

const ENCODINGS = ['identity', 'gzip', 'x-gzip', 'deflate', 'br'];

function checkEncoding(encoding: string): void {
  if (ENCODINGS.includes(encoding)) return;
  throw new ApiError({
    status: 415,
    type: 'invalid_request_error',
    code: 'unsupported_content_encoding',
    message: `The content-encoding '${encoding.slice(0, 50)}' is not supported. Allowed: gzip, deflate, br, identity.`,
  });
}

/** "deflate" is the zlib format, but some clients send the bare stream: the first byte tells. */
function createDecoder(encoding: string, first: Buffer | undefined): Transform {
  if (encoding === 'br') return createBrotliDecompress();
  if (encoding !== 'deflate') return createGunzip();
  return ((first?.[0] ?? 0x78) & 0x0f) === 8 ? createInflate() : createInflateRaw();
}

function tooLarge(limit: number): ApiError {
  return new ApiError({
    status: 413,
    type: 'invalid_request_error',
    code: 'request_too_large',
    message: `The body is larger than the ${limit} bytes that are allowed.`,
  });
}

function tooSlow(): ApiError {
  return new ApiError({
    status: 408,
    type: 'timeout_error',
    code: 'request_timeout',
    message: 'The body did not arrive in time.',
  });
}

function corrupt(encoding: string): ApiError {
  return invalidRequest(null, `The body is not valid ${encoding}.`, 'invalid_body');
}

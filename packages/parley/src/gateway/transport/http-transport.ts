import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { type Clock, realClock } from '../clock.ts';
import { ResponseBody } from './body.ts';
import { answerHeaders } from './headers.ts';
import { ConnectionFailure, type Transport, type UpstreamAnswer, type UpstreamRequest } from './transport.ts';

export interface HttpTransportOptions {
  readonly clock?: Clock;
  /** Idle connections that are kept for each upstream. Default 256. */
  readonly idleConnections?: number;
  /** How long they are kept, in milliseconds; less where the upstream says so. Default 60 s. */
  readonly idleMs?: number;
  /** Certificates of authorities besides those of the system, in PEM. */
  readonly certificates?: readonly string[];
}

/** node:http with connections that are kept alive. */
export class HttpTransport implements Transport {
  readonly #clock: Clock;
  readonly #plain: http.Agent;
  readonly #secure: https.Agent;

  constructor({
    clock = realClock,
    idleConnections = 256,
    idleMs = 60_000,
    certificates,
  }: HttpTransportOptions = {}) {
    this.#clock = clock;
    const options = { keepAlive: true, maxFreeSockets: idleConnections, timeout: idleMs };
    this.#plain = new http.Agent(options);
    this.#secure = new https.Agent({ ...options, ...(certificates && { ca: [...certificates] }) });
  }

  get connections(): number {
    return [this.#plain, this.#secure]
      .flatMap(({ sockets, freeSockets }) => [...Object.values(sockets), ...Object.values(freeSockets)])
      .reduce((sum, list) => sum + (list?.length ?? 0), 0);
  }

  async send(request: UpstreamRequest, signal: AbortSignal): Promise<UpstreamAnswer> {
    signal.throwIfAborted();
    try {
      return await this.#once(request, signal);
    } catch (error) {
      // The upstream had closed an idle connection at the very moment that it was taken up again.
      if (error instanceof StaleConnection && !signal.aborted) return this.#once(request, signal, false);
      throw error;
    }
  }

  close(): void {
    this.#plain.destroy();
    this.#secure.destroy();
  }

  #once(request: UpstreamRequest, signal: AbortSignal, mayBeStale = true): Promise<UpstreamAnswer> {
    return new Promise((resolve, reject) => {
      const outgoing = this.#open(request);
      const body = Buffer.from(request.body);
      const limits = new HeadLimits(outgoing, request, this.#clock);
      let open: ResponseBody | undefined;
      const onAbort = (): void => {
        reject(signal.reason);
        if (open) open.fail(signal.reason);
        outgoing.destroy();
      };
      signal.addEventListener('abort', onAbort, { once: true });
      outgoing.once('close', () => {
        limits.stop();
        signal.removeEventListener('abort', onAbort);
      });
      outgoing.once('response', (response: IncomingMessage) => {
        limits.stop();
        open = new ResponseBody(response, this.#clock);
        resolve({ status: response.statusCode ?? 0, headers: answerHeaders(response.headers), body: open });
      });
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        const stale = mayBeStale && outgoing.reusedSocket && error.code === 'ECONNRESET';
        reject(limits.failure ?? (stale ? new StaleConnection(error) : lost(error)));
      });
      outgoing.setHeader('content-length', body.length);
      outgoing.end(body);
    });
  }

  #open({ url, headers }: UpstreamRequest): ClientRequest {
    try {
      const address = new URL(url);
      const secure = address.protocol === 'https:';
      const options = { method: 'POST', headers: { ...headers }, agent: secure ? this.#secure : this.#plain };
      return secure ? https.request(address, options) : http.request(address, options);
    } catch (error) {
      // A key or a configured header with characters that no header may have; the message would show it.
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'invalid';
      throw new ConnectionFailure('invalid-request', `The request cannot be written as HTTP (${code}).`);
    }
  }
}

class StaleConnection extends ConnectionFailure {
  constructor(cause: unknown) {
    super('lost', 'The connection was closed before the answer.', { cause });
  }
}

function lost(error: NodeJS.ErrnoException): ConnectionFailure {
  return new ConnectionFailure('lost', `No connection to the upstream (${error.code ?? 'unknown'}).`, {
    cause: error,
  });
}

/** The two limits until the head of the answer is there. */
class HeadLimits {
  readonly #request: ClientRequest;
  readonly #clock: Clock;
  #stop: () => void = () => undefined;
  #over = false;
  failure: ConnectionFailure | undefined;

  constructor(request: ClientRequest, { connectMs, headersMs }: UpstreamRequest, clock: Clock) {
    this.#request = request;
    this.#clock = clock;
    const connected = (): void => this.#limit('headers-timeout', headersMs);
    this.#limit('connect-timeout', connectMs);
    request.once('socket', (socket) => {
      if (!socket.connecting) connected();
      else socket.once('encrypted' in socket ? 'secureConnect' : 'connect', connected);
    });
    request.once('finish', connected);
  }

  stop(): void {
    this.#over = true;
    this.#stop();
  }

  #limit(reason: 'connect-timeout' | 'headers-timeout', milliseconds: number): void {
    if (this.#over) return;
    this.#stop();
    this.#stop = this.#clock.after(milliseconds, () => {
      this.#over = true;
      const what =
        reason === 'connect-timeout' ? 'did not accept the connection' : 'did not begin its answer';
      this.failure = new ConnectionFailure(reason, `The upstream ${what} within ${milliseconds} ms.`);
      this.#request.destroy(this.failure);
    });
  }
}

import {
  createServer as createHttpServer,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { Duplex } from 'node:stream';
import type { Shared } from './call.ts';
import { DelayGate } from './delay-gate.ts';
import { type Authorise, authoriser } from './http/auth.ts';
import { BodyBudget } from './http/body.ts';
import { type Cors, cors } from './http/cors.ts';
import { bodyDecoder } from './http/decode.ts';
import { Exchange } from './http/exchange.ts';
import { noSuchPath, shuttingDown, wrongMethod } from './http/refusals.ts';
import { sendClientError, sendError, toApiError } from './http/respond.ts';
import { Router } from './http/router.ts';
import { echoTrace } from './http/trace.ts';
import { logExchange } from './log.ts';
import { Metrics } from './metrics.ts';
import { type ServerOptions, type Settings, settle } from './options.ts';
import { routes } from './routes/table.ts';

export interface Server {
  /** Rejects with node's error, as EADDRINUSE. Port 0 takes a free one. */
  listen(address: { readonly host: string; readonly port: number }): Promise<{ readonly url: string }>;
  /** Refuses new calls, waits for the open ones, ends those that take longer than the limit, and closes. */
  drain(limitMs: number): Promise<void>;
  /** Ends everything at once. The backend stays open: it is its creator's. */
  close(): Promise<void>;
  /** Requests whose answer is not out. */
  readonly openRequests: number;
}

/** How long calls that were told to end may take to say so to their clients. */
const FAREWELL_MS = 1_000;

export function createServer(options: ServerOptions): Server {
  return new HttpFrontend(settle(options));
}

class HttpFrontend implements Server {
  readonly #settings: Settings;
  readonly #http: HttpServer;
  readonly #router: Router;
  readonly #metrics: Metrics;
  readonly #authorise: Authorise;
  readonly #cors: Cors;
  readonly #open = new Set<Exchange>();
  #draining = false;
  #onIdle: (() => void) | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
    const { backend, keys, limits } = settings;
    this.#metrics = new Metrics({ backend, inFlight: () => this.#open.size });
    const shared: Shared = {
      settings,
      metrics: this.#metrics,
      budget: new BodyBudget(limits.bodiesLimitBytes),
      decode: bodyDecoder(),
      delays: new DelayGate(limits.delayedCalls, settings.sleep),
    };
    this.#router = new Router(routes(shared, () => this.#draining));
    this.#authorise = authoriser(keys);
    this.#cors = cors(settings.cors, keys.length > 0);
    this.#http = this.#createHttpServer();
  }

  get openRequests(): number {
    return this.#open.size;
  }

  listen({ host, port }: { host: string; port: number }): Promise<{ url: string }> {
    return new Promise((resolve, reject) => {
      this.#http.once('error', reject);
      this.#http.listen(port, host, () => {
        this.#http.off('error', reject);
        const address = this.#http.address();
        if (address === null || typeof address === 'string') throw new Error('the server has no TCP address');
        resolve({ url: `http://${reachableHost(host)}:${address.port}` });
      });
    });
  }

  async drain(limitMs: number): Promise<void> {
    this.#draining = true;
    this.#http.closeIdleConnections();
    await this.#idleWithin(limitMs);
    for (const exchange of this.#open) exchange.abort(shuttingDown('The server is shutting down.'));
    await this.#idleWithin(FAREWELL_MS);
    await this.close();
  }

  async close(): Promise<void> {
    this.#draining = true;
    for (const exchange of this.#open) exchange.abort(shuttingDown('The server is shutting down.'));
    const closed = new Promise<void>((resolve) => this.#http.close(() => resolve()));
    this.#http.closeAllConnections();
    await closed;
  }

  #createHttpServer(): HttpServer {
    const { limits } = this.#settings;
    const http = createHttpServer({
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      maxHeaderSize: limits.maxHeaderBytes,
      connectionsCheckingInterval: Math.min(1_000, limits.headersTimeoutMs),
      noDelay: true,
    });
    http.maxConnections = limits.maxConnections;
    http.maxRequestsPerSocket = limits.maxRequestsPerConnection;
    // Each pipelined request watches the socket.
    http.on('connection', (socket) => socket.setMaxListeners(0));
    http.on('request', (request, response) => this.#accept(request, response, false));
    http.on('checkContinue', (request, response) => this.#accept(request, response, true));
    http.on('clientError', (error, socket) => this.#clientError(error, socket));
    return http;
  }

  #accept(request: IncomingMessage, response: ServerResponse, awaitsContinue: boolean): void {
    const requestId = saneId(request.headers['x-request-id']);
    const arrivedAt = this.#settings.now();
    const exchange = new Exchange({ request, response, requestId, awaitsContinue, arrivedAt });
    this.#open.add(exchange);
    void this.#serve(exchange).then(() => {
      this.#open.delete(exchange);
      if (this.#open.size === 0) this.#onIdle?.();
    });
  }

  /** Never rejects. Settles when the answer is out or the connection gone. */
  async #serve(exchange: Exchange): Promise<void> {
    const settings = this.#settings;
    try {
      await this.#answer(exchange);
    } catch (thrown) {
      // Work that was ended fails in its own way; the reason it was ended for is what counts.
      const error = toApiError(exchange.signal.aborted ? exchange.signal.reason : thrown);
      exchange.record.error = error;
      sendError(exchange, error, settings.limits.lingerMs);
    }
    await exchange.closed;
    const seconds = (settings.now() - exchange.arrivedAt) / 1000;
    const status = exchange.record.error?.status ?? exchange.response.statusCode;
    this.#metrics.request(exchange.record.route, status, seconds);
    logExchange(settings.log, exchange, status, seconds);
  }

  async #answer(exchange: Exchange): Promise<void> {
    const { request, response, record } = exchange;
    response.setHeader('x-request-id', exchange.requestId ?? `req-${this.#settings.newId()}`);
    if (this.#draining) response.setHeader('connection', 'close');
    this.#cors(request, response);
    record.trace = echoTrace(request, response);
    const method = request.method ?? 'GET';
    const match = this.#router.match(method, exchange.path);
    if (match.kind === 'none') throw noSuchPath(exchange.path);
    if (match.kind === 'method') {
      record.route = match.name;
      response.setHeader('allow', match.allow);
      if (method !== 'OPTIONS') throw wrongMethod(method, match.allow);
      response.writeHead(204).end();
      return;
    }
    const { route, parameter } = match;
    record.route = route.path;
    record.work = route.work;
    if (!route.open) exchange.principal = this.#authorise(request);
    if (route.work && this.#draining)
      throw shuttingDown('The server is shutting down and takes no new calls.');
    await route.handle(exchange, parameter);
  }

  #clientError(error: NodeJS.ErrnoException, socket: Duplex): void {
    const answered = [...this.#open].some(
      ({ request, response }) => request.socket === socket && response.headersSent,
    );
    // A status line in the middle of an answer would be read as part of it.
    if (answered) socket.destroy();
    else sendClientError(error, socket);
  }

  async #idleWithin(limitMs: number): Promise<void> {
    if (this.#open.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, limitMs);
    this.#onIdle = resolve;
    await promise;
    this.#onIdle = undefined;
    clearTimeout(timer);
  }
}

function saneId(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && /^[!-~]{1,256}$/.test(header) ? header : undefined;
}

function reachableHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

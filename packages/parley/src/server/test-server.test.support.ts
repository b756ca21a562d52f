import assert from 'node:assert/strict';
import { getEventListeners, once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { SseParser } from '@parley/protocol';
import { FakeBackend } from './fake-backend.test.support.ts';
import type { ServerLimits, ServerOptions } from './options.ts';
import { createServer, type Server } from './server.ts';

export interface LogLine {
  readonly level: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A server on a free port. Disposing it checks that nothing is left open. */
export class TestServer {
  readonly backend: FakeBackend;
  readonly server: Server;
  readonly lines: LogLine[];
  readonly url: string;

  private constructor(backend: FakeBackend, server: Server, lines: LogLine[], url: string) {
    this.backend = backend;
    this.server = server;
    this.lines = lines;
    this.url = url;
  }

  static async start(
    options: Partial<Omit<ServerOptions, 'limits' | 'backend'>> & { limits?: Partial<ServerLimits> } = {},
  ): Promise<TestServer> {
    const backend = new FakeBackend();
    const lines: LogLine[] = [];
    const level = (name: string) => (fields: object) => {
      lines.push({ level: name, fields: Object.fromEntries(Object.entries(fields)) });
    };
    const log = { debug: level('debug'), info: level('info'), warn: level('warn'), error: level('error') };
    const server = createServer({ backend, log, version: '1.2.3', ...options });
    const { url } = await server.listen({ host: '127.0.0.1', port: 0 });
    return new TestServer(backend, server, lines, url);
  }

  post(path: string, body: unknown, init: RequestInit = {}): Promise<Response> {
    const headers = { 'content-type': 'application/json', ...init.headers };
    return fetch(this.url + path, { method: 'POST', body: JSON.stringify(body), ...init, headers });
  }

  chat(parameters: object = {}, init: RequestInit = {}): Promise<Response> {
    return this.post(
      '/v1/chat/completions',
      { messages: [{ role: 'user', content: 'Hi' }], ...parameters },
      init,
    );
  }

  /** Settles when no request is open. */
  async settled(): Promise<void> {
    while (this.server.openRequests > 0) await new Promise(setImmediate);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.settled();
    assert.equal(this.backend.running, 0, 'calls are left running');
    for (const { context } of this.backend.calls) {
      assert.equal(getEventListeners(context.signal, 'abort').length, 0, 'listeners are left on a signal');
    }
    await this.server.close();
  }
}

/** A bare connection, for what a client library would not send. */
export class RawClient {
  readonly socket: Socket;
  received = '';
  readonly ended: Promise<void>;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding('utf8');
    socket.on('data', (data: string) => {
      this.received += data;
    });
    socket.on('error', () => undefined);
    this.ended = new Promise((resolve) => socket.once('close', () => resolve()));
  }

  static async open(url: string): Promise<RawClient> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    return new RawClient(socket);
  }

  send(data: string | Uint8Array): void {
    this.socket.write(data);
  }

  /** Settles when the pattern was received. */
  async until(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.received)) await once(this.socket, 'data');
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}

export function httpRequest(path: string, body: string, headers: Record<string, string> = {}): string {
  const all = {
    host: 'localhost',
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
}

/** The data of each event of a stream. */
export async function readEvents(response: Response): Promise<string[]> {
  assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
  const parser = new SseParser();
  return parser.push(await response.text()).map(({ data }) => data);
}

export interface Failure {
  readonly status: number;
  readonly code: string | null;
  readonly param: string | null;
  readonly message: string;
}

/** The error of an answer, whose shape is checked. */
export async function failure(response: Response): Promise<Failure> {
  const body: unknown = await response.json();
  assert.ok(typeof body === 'object' && body !== null && 'error' in body);
  const { error } = body as { error: Record<string, string | null> };
  assert.deepEqual(Object.keys(error), ['message', 'type', 'param', 'code']);
  const { code = null, param = null, message } = error;
  return { status: response.status, code, param, message: message ?? '' };
}

export const statusAndCode = async (response: Response) => {
  const { status, code } = await failure(response);
  return [status, code];
};

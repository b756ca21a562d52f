import { once } from 'node:events';
import http, { type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A request as it came over the wire. */
export interface SeenRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The text as JSON. */
  readonly body: Record<string, unknown>;
}

/** What one request is answered with, step by step. */
export type Step =
  | { readonly do: 'head'; readonly status?: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly do: 'send'; readonly data: string | Uint8Array }
  | { readonly do: 'wait'; readonly milliseconds: number }
  /** Until the test says `proceed`. */
  | { readonly do: 'hold' }
  | { readonly do: 'end' }
  /** Says nothing more, and never ends. */
  | { readonly do: 'stall' }
  /** Closes the connection in the middle of the body. */
  | { readonly do: 'cut' }
  /** Closes it with a TCP reset. */
  | { readonly do: 'reset' };

export type Script = readonly Step[];

/** Head and body of a stream that ends well. */
export function streaming(body: string | Uint8Array, ...after: Script): Script {
  const head: Step = { do: 'head', headers: { 'content-type': 'text/event-stream' } };
  return [head, { do: 'send', data: body }, ...(after.length > 0 ? after : [END])];
}

/** An error, or an answer that is no stream. */
export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Script {
  return [
    { do: 'head', status, headers: { 'content-type': 'application/json', ...headers } },
    { do: 'send', data: typeof body === 'string' ? body : JSON.stringify(body) },
    END,
  ];
}

/** A stream of these as data, and `[DONE]`. */
export function events(...chunks: readonly unknown[]): string {
  return [...chunks, '[DONE]']
    .map((chunk) => `data: ${typeof chunk === 'string' ? chunk : JSON.stringify(chunk)}\n\n`)
    .join('');
}

const END: Step = { do: 'end' };

/** An upstream on loopback that does as it is told, and reports what it saw. */
export class FakeUpstream {
  readonly requests: SeenRequest[] = [];
  readonly #server: http.Server;
  readonly #sockets = new Set<Socket>();
  #answer: (request: SeenRequest, index: number) => Script;
  #proceed: (() => void)[] = [];
  #streaming = 0;
  #connections = 0;

  private constructor(answer: (request: SeenRequest, index: number) => Script) {
    this.#answer = answer;
    this.#server = http.createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.once('end', () => {
        const text = Buffer.concat(pieces).toString('utf8');
        const seen = { path: request.url ?? '', headers: request.headers, text, body: JSON.parse(text) };
        void this.#play(this.#answer(seen, this.requests.push(seen) - 1), response);
      });
    });
    this.#server.on('connection', (socket: Socket) => {
      this.#connections++;
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  /** One script for every request, one after the other with the last repeated, or one chosen by the request. */
  static async start(
    answer: Script | readonly Script[] | ((request: SeenRequest, index: number) => Script),
  ): Promise<FakeUpstream> {
    const fake = new FakeUpstream(typeof answer === 'function' ? answer : inTurn(answer));
    fake.#server.listen(0, '127.0.0.1');
    await once(fake.#server, 'listening');
    return fake;
  }

  get url(): string {
    // A server that listens on TCP has an address of this form.
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/v1`;
  }

  /** Connections that are open now, idle ones too. */
  get openSockets(): number {
    return this.#sockets.size;
  }

  /** Connections that there have been. */
  get connections(): number {
    return this.#connections;
  }

  /** Answers that are being given, whose connection is open. */
  get openAnswers(): number {
    return this.#streaming;
  }

  /** Resolves when no answer is being given any more; rejects with the test's own timeout. */
  async idle(): Promise<void> {
    while (this.#streaming > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  /** Lets those go on that hold. */
  proceed(): void {
    for (const resolve of this.#proceed.splice(0)) resolve();
  }

  /** From now on. */
  answerWith(script: Script): void {
    this.#answer = () => script;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.proceed();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #play(script: Script, response: ServerResponse): Promise<void> {
    this.#streaming++;
    response.once('close', () => this.#streaming--);
    for (const step of script) {
      if (response.destroyed) return;
      await this.#step(step, response);
    }
  }

  async #step(step: Step, response: ServerResponse): Promise<void> {
    switch (step.do) {
      case 'head':
        response.writeHead(step.status ?? 200, step.headers ?? {});
        response.flushHeaders();
        return;
      case 'send':
        response.write(step.data);
        return;
      case 'wait':
        await new Promise((resolve) => setTimeout(resolve, step.milliseconds));
        return;
      case 'hold':
        await new Promise<void>((resolve) => {
          this.#proceed.push(resolve);
          response.once('close', resolve);
        });
        return;
      case 'end':
        response.end();
        return;
      case 'stall':
        await once(response, 'close');
        return;
      case 'cut':
        await flushed(response);
        response.socket?.destroy();
        return;
      case 'reset':
        await flushed(response);
        response.socket?.resetAndDestroy();
    }
  }
}

/** What was written is on its way, so that a cut comes after it. */
async function flushed(response: ServerResponse): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 10));
  if (response.writableNeedDrain) await once(response, 'drain');
}

function inTurn(answer: Script | readonly Script[]): (request: SeenRequest, index: number) => Script {
  const scripts = answer.filter((each): each is Script => Array.isArray(each));
  // A script is a list of steps, and no step is a list.
  if (scripts.length === 0) return () => answer as Script;
  return (_request, index) => scripts[Math.min(index, scripts.length - 1)] ?? [];
}

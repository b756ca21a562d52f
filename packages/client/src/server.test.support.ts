import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it arrived. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  /** The parsed JSON; undefined without a body or where it is no plain JSON. */
  readonly body: unknown;
}

export type Reply = (response: ServerResponse, request: Seen) => void | Promise<void>;

/** A server that answers the first request with the first reply and so on; the last one answers all that follow. */
export class ScriptedServer {
  readonly seen: Seen[] = [];
  readonly #server: Server;
  readonly #answering = new Set<ServerResponse>();
  readonly #waiting: (() => void)[] = [];
  #connections = 0;

  private constructor(replies: readonly Reply[]) {
    this.#server = createServer(async (request, response) => {
      this.#answering.add(response);
      response.on('close', () => {
        this.#answering.delete(response);
        for (const wake of this.#waiting.splice(0)) wake();
      });
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part);
      const bytes = Buffer.concat(parts);
      const { method = '', url = '', headers } = request;
      const seen = { method, url, headers, bytes, body: parsed(bytes) };
      this.seen.push(seen);
      const reply = replies[Math.min(this.seen.length, replies.length) - 1];
      await reply?.(response, seen);
    });
    this.#server.on('connection', () => {
      this.#connections++;
    });
  }

  static async start(...replies: Reply[]): Promise<ScriptedServer> {
    const server = new ScriptedServer(replies);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get baseURL(): string {
    // A server that listens on a port has this form of address.
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  /** How many connections there were. */
  get connections(): number {
    return this.#connections;
  }

  /** Resolves when no answer is under way: each has ended, or its connection is gone. */
  async idle(): Promise<void> {
    while (this.#answering.size > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Reply {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
}

export function failing(status: number, headers: Record<string, string> = {}, message = 'no'): Reply {
  return json({ error: { message, type: 'some_error', param: 'model', code: 'some_code' } }, status, headers);
}

/** How a stream ends: in order, in order but without `[DONE]`, by a broken connection, or never. */
export type Ending = 'done' | 'silent' | 'cut' | 'hang';

/** Events: texts stand for data, as they are. */
export function sse(events: readonly (object | string)[], ending: Ending = 'done'): Reply {
  return async (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'x-request-id': 'req-stream' });
    for (const event of events) {
      const text = typeof event === 'string' ? event : `data: ${JSON.stringify(event)}\n\n`;
      await new Promise((resolve) => response.write(text, resolve));
    }
    if (ending === 'done') response.write('data: [DONE]\n\n');
    if (ending === 'done' || ending === 'silent') response.end();
    // Only after the client has had time to read: a reset throws away what lies in its buffers.
    if (ending === 'cut') setTimeout(() => response.socket?.destroy(), 30);
  };
}

/** Accepts the request and says nothing. */
export const silence: Reply = () => {};

export function chunk(delta: object, more: object = {}, top: object = {}): object {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta, logprobs: null, finish_reason: null, ...more }],
    ...top,
  };
}

export const USAGE = {
  prompt_tokens: 3,
  completion_tokens: 2,
  total_tokens: 5,
  prompt_tokens_details: { cached_tokens: 0 },
};

/** The chunks of an answer of these texts. */
export function answer(...texts: string[]): object[] {
  return [
    chunk({ role: 'assistant', content: '' }),
    ...texts.map((content) => chunk({ content })),
    chunk({}, { finish_reason: 'stop' }, { usage: USAGE }),
  ];
}

export function completion(content: string | null, message: object = {}, reason = 'stop'): object {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content, refusal: null, ...message },
        logprobs: null,
        finish_reason: reason,
      },
    ],
    usage: USAGE,
  };
}

export const messages = [{ role: 'user', content: 'Hello!' } as const];

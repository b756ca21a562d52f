import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HubConnection } from './request.ts';

export const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

export interface Received {
  readonly method: string | undefined;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A server on this machine that remembers what it was asked. */
export async function listen(handler: Handler) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    received.push({ method: request.method, url: request.url ?? '', headers: request.headers });
    handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a TCP server's address is one
  return {
    received,
    origin: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What the hub's tree says of a repository. */
export function treeOf(files: Readonly<Record<string, Buffer>>, sums: Readonly<Record<string, string>> = {}) {
  return Object.entries(files).map(([path, content]) => ({
    type: 'file',
    oid: '0'.repeat(40),
    size: content.length,
    path,
    lfs: { oid: sums[path] ?? sha256(content), size: content.length, pointerSize: 130 },
  }));
}

/** Ends a connection after so many bytes, once the other side has them: bytes on their way are lost by a cut. */
export interface Cut {
  readonly after: number;
  when(position: number): Promise<void>;
}

/** Answers a GET of `content` as a storage host does: ranges, If-Range, strong entity tags. */
export function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  content: Buffer,
  { etag = `"${sha256(content).slice(0, 16)}"`, cut }: { etag?: string; cut?: Cut | undefined } = {},
): void {
  const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
  const fresh = request.headers['if-range'] === undefined || request.headers['if-range'] === etag;
  const from = range && fresh ? Number(range[1]) : 0;
  if (range && fresh && from >= content.length) {
    response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
    return;
  }
  const body = content.subarray(from);
  response.writeHead(from > 0 ? 206 : 200, {
    etag,
    'content-length': body.length,
    ...(from > 0 && { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` }),
  });
  if (!cut) return void response.end(body);
  response.write(body.subarray(0, cut.after));
  void cut.when(from + cut.after).then(() => response.destroy());
}

/** Waits for nothing, and remembers how long it should have. */
export function connectionTo(endpoint: string, token?: string) {
  const slept: number[] = [];
  const reasons: string[] = [];
  const hub: HubConnection = {
    endpoint,
    token,
    fetch: globalThis.fetch,
    sleep: async (milliseconds) => {
      slept.push(milliseconds);
    },
    onRetry: (reason) => reasons.push(reason),
    stallMilliseconds: 10_000,
  };
  return { ...hub, slept, reasons };
}

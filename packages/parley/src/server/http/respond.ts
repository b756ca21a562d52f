import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { ApiError, internalError, profileErrorBody } from '@parley/protocol';
import type { Exchange } from './exchange.ts';

type Headers = Readonly<Record<string, string | number>>;

export function sendJson(exchange: Exchange, status: number, body: unknown, headers: Headers = {}): void {
  send(exchange, status, JSON.stringify(body), {
    'content-type': 'application/json; charset=utf-8',
    ...headers,
  });
}

export function send(exchange: Exchange, status: number, text: string, headers: Headers): void {
  const { response } = exchange;
  if (response.destroyed || response.headersSent) return;
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

/** Anything thrown, as what the caller may know of it. */
export function toApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : internalError('The server failed on this request.', error);
}

/** Answers with the error, unless the head of another answer is out. */
export function sendError(exchange: Exchange, error: ApiError, lingerMs: number): void {
  const { response, request } = exchange;
  if (response.destroyed || response.headersSent) return;
  const { profile } = exchange;
  const text = JSON.stringify(profile ? profileErrorBody(profile, error) : error.body());
  const headers = { ...errorHeaders(error), 'content-length': Buffer.byteLength(text) };
  // A body that stands still is not waited for a second time.
  const standsStill = error.status === 408;
  if (!standsStill && !hasUnreadBody(exchange)) {
    response.writeHead(error.status, headers);
    response.end(text);
    return;
  }
  response.writeHead(error.status, { ...headers, connection: 'close' });
  if (standsStill || exchange.awaitsContinue) {
    response.end(text);
    return;
  }
  // Hanging up on a client that still sends would make its kernel throw the answer away: read on for a while.
  response.write(text);
  const timer = setTimeout(() => response.end(), lingerMs);
  request.once('end', () => response.end());
  response.once('close', () => clearTimeout(timer));
  request.resume();
}

/** A body that small is read to its end by node itself, so the connection may stay. */
const SMALL_BODY_BYTES = 64 * 1024;

function hasUnreadBody({ request, awaitsContinue }: Exchange): boolean {
  if (request.readableEnded || request.complete) return false;
  const length = request.headers['content-length'];
  if (length === undefined) return request.headers['transfer-encoding'] !== undefined;
  return Number(length) > SMALL_BODY_BYTES || (awaitsContinue && Number(length) > 0);
}

export function errorHeaders(error: ApiError): Record<string, string> {
  const headers: Record<string, string> = { 'content-type': 'application/json; charset=utf-8' };
  const retryAfter = error.retryAfterSeconds ?? (error.status === 429 ? 1 : undefined);
  if (retryAfter !== undefined) headers['retry-after'] = String(Math.max(1, Math.ceil(retryAfter)));
  if (error.status === 401) headers['www-authenticate'] = 'Bearer';
  return headers;
}

/** Answers what was no HTTP request, on the bare socket. */
export function sendClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, code, message] = CLIENT_ERRORS[error.code ?? ''] ?? [
    400,
    'invalid_http',
    'The request is not valid HTTP.',
  ];
  const type = status === 408 ? 'timeout_error' : 'invalid_request_error';
  const text = JSON.stringify(new ApiError({ status, type, code, message }).body());
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`,
  );
}

const CLIENT_ERRORS: Readonly<Record<string, [number, string, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'headers_too_large', 'The headers of the request are too large.'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'request_too_large', 'The chunk extensions are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'request_timeout', 'The request did not arrive in time.'],
};

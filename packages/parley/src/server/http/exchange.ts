import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiError, PROFILES, type Profile } from '@parley/protocol';
import type { Principal } from '../../core/complete.ts';
import type { Timing, Usage } from '../../core/event.ts';

/** What becomes known of a call while it runs, for the log and the metrics. Never a prompt, never a key. */
export interface CallRecord {
  route: string;
  /** Whether it used the model, so that it is worth a line at info. */
  work: boolean;
  callId: string | undefined;
  model: string | undefined;
  streamed: boolean;
  /** What the caller sent to find the call again in its own traces: headers by name. */
  trace: Readonly<Record<string, string>>;
  usage: Usage | undefined;
  timing: Timing | undefined;
  /** Milliseconds since the request arrived. */
  firstTokenMs: number | undefined;
  /** What the request says of who asks in the end, cut to a length that a line bears. */
  identifiers: Readonly<Record<string, string>>;
  /** The failure of the call, if one. */
  error: ApiError | undefined;
}

/** The client hung up. Never reaches anybody but the log: 499 is nginx's status for it. */
export function clientGone(): ApiError {
  return new ApiError({
    status: 499,
    type: 'invalid_request_error',
    code: 'client_closed_request',
    message: 'The client closed the connection.',
  });
}

export interface ExchangeInit {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** What the client sent as `x-request-id`, if it can be a header again. */
  readonly requestId: string | undefined;
  /** Whether the client waits for `100 Continue` before it sends the body. */
  readonly awaitsContinue: boolean;
  readonly arrivedAt: number;
}

/** A request, its answer, and the signal that ends the work for it. */
export class Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string | undefined;
  readonly arrivedAt: number;
  readonly path: string;
  readonly query: URLSearchParams;
  /** The provider below whose base path the request came, if any. */
  readonly profile: Profile | undefined;
  readonly signal: AbortSignal;
  readonly record: CallRecord;
  principal: Principal = { id: '' };
  awaitsContinue: boolean;
  /** Settles when the answer is out or the connection is gone; in the second case the signal is aborted. */
  readonly closed: Promise<void>;
  readonly #controller = new AbortController();

  constructor(init: ExchangeInit) {
    this.request = init.request;
    this.response = init.response;
    this.requestId = init.requestId;
    this.awaitsContinue = init.awaitsContinue;
    this.arrivedAt = init.arrivedAt;
    const { path, query } = splitTarget(init.request.url ?? '/');
    this.path = path;
    this.query = query;
    this.profile = PROFILES.find(({ name }) => path.startsWith(`/${name}/`));
    this.signal = this.#controller.signal;
    this.record = emptyRecord();
    this.closed = this.#watchConnection();
  }

  /**
   * The socket is watched and not only the response: that of a pipelined request has no socket until the answers before
   * it are out, and says nothing when the connection breaks before then.
   */
  #watchConnection(): Promise<void> {
    const { request, response } = this;
    const { socket } = request;
    return new Promise((resolve) => {
      const finish = () => {
        socket.off('close', finish);
        response.off('close', finish);
        if (!response.writableFinished) this.abort(clientGone());
        resolve();
      };
      socket.once('close', finish);
      response.once('close', finish);
      if (socket.destroyed) finish();
    });
  }

  abort(reason: ApiError): void {
    this.#controller.abort(reason);
  }
}

/** Path and query of a request target; also of the absolute form that proxies send. */
function splitTarget(target: string): { path: string; query: URLSearchParams } {
  const local = target.replace(/^https?:\/\/[^/?#]*/i, '').split('#', 1)[0] ?? '';
  const mark = local.indexOf('?');
  const path = mark < 0 ? local : local.slice(0, mark);
  return {
    path: path === '' ? '/' : path,
    query: new URLSearchParams(mark < 0 ? '' : local.slice(mark + 1)),
  };
}

function emptyRecord(): CallRecord {
  return {
    route: 'unknown',
    work: false,
    callId: undefined,
    model: undefined,
    streamed: false,
    trace: {},
    usage: undefined,
    timing: undefined,
    firstTokenMs: undefined,
    identifiers: {},
    error: undefined,
  };
}

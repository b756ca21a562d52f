/** One request to an upstream. */
export interface UpstreamRequest {
  readonly url: string;
  /** Lower-case names. Nothing but these and what HTTP needs goes up. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body: string;
  /** Milliseconds; Infinity for none. */
  readonly connectMs: number;
  /** From the request's last byte to the answer's head; while the request is sent, the longest time for that. */
  readonly headersMs: number;
}

export interface UpstreamAnswer {
  readonly status: number;
  /** Lower-case names; those of `ANSWER_HEADERS` alone. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: UpstreamBody;
}

/** A body that is read at the reader's pace. One of `release` and `destroy` must be called, whatever happens. */
export interface UpstreamBody {
  /** The next piece; undefined at the end. Rejects when the connection is lost, and with the reason of an abort. */
  read(): Promise<Uint8Array | undefined>;
  /** The reader has all it wants: the connection is kept for others if the rest is short and comes soon. */
  release(): void;
  /** Closes the connection at once. */
  destroy(): void;
}

/** The HTTP side of the upstreams. It follows no redirect and decodes nothing. */
export interface Transport {
  /** Throws ConnectionFailure, and the reason of the signal when that is aborted: the connection is closed at once then. */
  send(request: UpstreamRequest, signal: AbortSignal): Promise<UpstreamAnswer>;
  /** Connections that are open, busy or not. */
  readonly connections: number;
  close(): void;
}

/** No answer, or the rest of one will not come. The message names the system's error code and no address. */
export class ConnectionFailure extends Error {
  readonly reason: 'lost' | 'connect-timeout' | 'headers-timeout' | 'invalid-request';

  constructor(reason: ConnectionFailure['reason'], message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'ConnectionFailure';
    this.reason = reason;
  }
}

import type { IncomingMessage } from 'node:http';
import type { Clock } from '../clock.ts';
import { ConnectionFailure, type UpstreamBody } from './transport.ts';

/** What may wait for a slow reader before the upstream is held up. */
const HELD_BYTES = 256 * 1024;
/** How much of a rest, and for how long, is read to keep a connection. */
const REST_BYTES = 64 * 1024;
const REST_MS = 1_000;

interface Reader {
  resolve(piece: Uint8Array | undefined): void;
  reject(error: unknown): void;
}

/** A response, piece by piece. Cheaper than node's async iterator, and it can be let go of. */
export class ResponseBody implements UpstreamBody {
  readonly #response: IncomingMessage;
  readonly #clock: Clock;
  readonly #pieces: Uint8Array[] = [];
  #held = 0;
  #reader: Reader | undefined;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;
  #released = false;
  #cancelRest: () => void = () => undefined;

  constructor(response: IncomingMessage, clock: Clock) {
    this.#response = response;
    this.#clock = clock;
    response.on('data', this.#onData);
    response.once('end', this.#onEnd);
    response.once('error', this.#onLost);
    response.once('close', this.#onLost);
  }

  read(): Promise<Uint8Array | undefined> {
    const piece = this.#pieces.shift();
    if (piece !== undefined) {
      this.#held -= piece.length;
      if (this.#held === 0 && this.#response.isPaused()) this.#response.resume();
      return Promise.resolve(piece);
    }
    if (this.#failure !== undefined) return Promise.reject(this.#failure.error);
    if (this.#ended) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
    });
  }

  release(): void {
    if (this.#released || this.#response.destroyed) return;
    this.#released = true;
    this.#pieces.length = 0;
    this.#held = 0;
    if (this.#ended) return;
    this.#cancelRest = this.#clock.after(REST_MS, () => this.destroy());
    this.#response.resume();
  }

  destroy(): void {
    this.#cancelRest();
    this.#response.destroy();
  }

  /** Ends the reading with this error, which is not the connection's. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#pieces.length = 0;
    const reader = this.#reader;
    this.#reader = undefined;
    reader?.reject(error);
    this.destroy();
  }

  readonly #onData = (piece: Uint8Array): void => {
    if (this.#released) {
      this.#held += piece.length;
      if (this.#held > REST_BYTES) this.destroy();
      return;
    }
    const reader = this.#reader;
    if (reader !== undefined) {
      this.#reader = undefined;
      reader.resolve(piece);
      return;
    }
    this.#pieces.push(piece);
    this.#held += piece.length;
    if (this.#held > HELD_BYTES) this.#response.pause();
  };

  readonly #onEnd = (): void => {
    this.#ended = true;
    this.#cancelRest();
    const reader = this.#reader;
    this.#reader = undefined;
    reader?.resolve(undefined);
  };

  readonly #onLost = (cause?: unknown): void => {
    this.#cancelRest();
    if (this.#ended) return;
    const failure = new ConnectionFailure('lost', 'The connection was lost in the middle of the answer.', {
      cause,
    });
    this.#failure ??= { error: failure };
    const reader = this.#reader;
    this.#reader = undefined;
    reader?.reject(this.#failure.error);
  };
}

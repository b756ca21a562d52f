import type { ServerResponse } from 'node:http';
import { ApiError } from '@parley/protocol';

export interface EventStreamOptions {
  /** Asked once, when the head is sent. */
  readonly headers: () => Readonly<Record<string, string>>;
  readonly keepAliveCommentMs: number;
  readonly writeStallMs: number;
  /** Ends the work behind the stream when its reader has stopped to read. */
  readonly onStall: (reason: ApiError) => void;
}

/** Text that piles up inside one turn of the event loop is written when it is as long as this. */
const FLUSH_LENGTH = 32 * 1024;

/**
 * Server-sent events on a response. The head goes out with the first text, so until then the answer may still become an
 * error status. Texts of one turn of the event loop share one write to the socket.
 */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #options: EventStreamOptions;
  readonly #keepAlive: NodeJS.Timeout;
  #pending = '';
  #flush: NodeJS.Immediate | undefined;

  constructor(response: ServerResponse, options: EventStreamOptions) {
    this.#response = response;
    this.#options = options;
    this.#keepAlive = setInterval(() => this.#comment(), options.keepAliveCommentMs);
  }

  /** Whether the head is out: then a failure can only be an event. */
  get opened(): boolean {
    return this.#response.headersSent || this.#pending !== '';
  }

  /** Whether the reader is behind: wait for `writable` before writing more. */
  get blocked(): boolean {
    return this.#response.writableNeedDrain;
  }

  write(text: string): void {
    if (text === '') return;
    this.#pending += text;
    if (this.#pending.length >= FLUSH_LENGTH) this.#flushNow();
    else this.#flush ??= setImmediate(() => this.#flushNow());
  }

  /** Settles when the reader has caught up. Rejects with the signal's reason, also when the reader stalls. */
  async writable(signal: AbortSignal): Promise<void> {
    if (!this.blocked) return;
    let queued = this.#queuedBytes();
    const stall = setInterval(() => {
      const left = this.#queuedBytes();
      if (left < queued) queued = left;
      else this.#cutOff();
    }, this.#options.writeStallMs);
    try {
      await drained(this.#response, signal);
    } finally {
      clearInterval(stall);
    }
  }

  end(text: string): void {
    const rest = this.#pending + text;
    this.dispose();
    if (this.#response.destroyed) return;
    this.#writeHead();
    this.#response.end(rest);
  }

  /** Stops the timers. What was not written is dropped. */
  dispose(): void {
    clearInterval(this.#keepAlive);
    clearImmediate(this.#flush);
    this.#flush = undefined;
    this.#pending = '';
  }

  #flushNow(): void {
    clearImmediate(this.#flush);
    this.#flush = undefined;
    const text = this.#pending;
    this.#pending = '';
    if (this.#response.destroyed) return;
    this.#writeHead();
    this.#response.write(text);
    this.#keepAlive.refresh();
  }

  #writeHead(): void {
    if (this.#response.headersSent) return;
    this.#response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
      ...this.#options.headers(),
    });
  }

  #comment(): void {
    if (!this.blocked && this.#pending === '') this.write(': keep-alive\n\n');
  }

  #queuedBytes(): number {
    return this.#response.writableLength + (this.#response.socket?.writableLength ?? 0);
  }

  #cutOff(): void {
    const message = `The reader of the stream took nothing for ${this.#options.writeStallMs} ms.`;
    this.#options.onStall(
      new ApiError({ status: 408, type: 'timeout_error', code: 'reader_stalled', message }),
    );
    this.#response.destroy();
  }
}

function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      response.off('drain', settle);
      signal.removeEventListener('abort', settle);
      if (signal.aborted) reject(signal.reason);
      else resolve();
    };
    response.once('drain', settle);
    signal.addEventListener('abort', settle, { once: true });
    if (signal.aborted) settle();
  });
}

import { Accumulator, type PartialCompletion } from './accumulate.ts';
import {
  apiError,
  ConnectionError,
  isFields,
  ParleyError,
  ProtocolError,
  parseJson,
  requestIdOf,
  StreamInterruptedError,
} from './errors.ts';
import { interrupted, statusOf } from './interruption.ts';
import { SseDecoder } from './sse.ts';
import { Watch } from './watch.ts';

/** What a stream belongs to. */
export interface StreamContext {
  readonly watch: Watch;
  readonly headers: Headers;
  readonly onChunk?: ((chunk: unknown) => void) | undefined;
  readonly onError?: ((error: ParleyError) => void) | undefined;
}

const END = { done: true, value: undefined } as const;
/** A server that keeps the connection open after its last event does not get it back. */
const DRAIN_MILLISECONDS = 1000;

/**
 * The chunks of an answer, to be read once. Whoever leaves a `for await` early ends the call. A stream that does not
 * come to its end in good order throws: it never looks complete when it is not.
 */
export class Stream<Chunk> implements AsyncIterableIterator<Chunk> {
  /** The server's id of the request. */
  readonly requestId: string | undefined;
  readonly #context: StreamContext;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #sse = new SseDecoder();
  readonly #answer = new Accumulator();
  #begun = false;
  #over = false;
  /** The first chunk, while nobody has taken it. */
  #first: IteratorResult<Chunk> | undefined;
  /** The read in progress. */
  #reading: Promise<IteratorResult<Chunk>> | undefined;

  /** Reads server-sent events, also those that `toReadableStream` writes. */
  constructor(body: ReadableStream<Uint8Array>, context?: StreamContext) {
    this.#reader = body.getReader();
    this.#context = context ?? { watch: new Watch([], () => 0), headers: new Headers() };
    this.requestId = requestIdOf(this.#context.headers);
  }

  /** What has come so far, as one answer. It grows as the stream is read. */
  get partial(): PartialCompletion {
    return this.#answer.completion;
  }

  /** Waits for the first chunk, without taking it. */
  async ready(): Promise<void> {
    this.#first = await this.next();
  }

  next(): Promise<IteratorResult<Chunk>> {
    if (this.#reading) {
      const again = () => this.next();
      return this.#reading.then(again, again);
    }
    const first = this.#first;
    if (first) {
      this.#first = undefined;
      return Promise.resolve(first);
    }
    try {
      const chunk = this.#take();
      if (chunk !== undefined) return Promise.resolve({ done: false, value: chunk });
    } catch (cause) {
      return Promise.reject(this.#failure(cause));
    }
    if (this.#over) return Promise.resolve(END);
    this.#reading = this.#read();
    return this.#reading;
  }

  /** Ends the call. */
  async return(): Promise<IteratorResult<Chunk>> {
    this.#close();
    return END;
  }

  async close(): Promise<void> {
    this.#close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The next chunk of what has been received. */
  #take(): Chunk | undefined {
    while (!this.#over) {
      const json = this.#sse.next();
      if (json === undefined) break;
      if (json === '[DONE]') {
        this.#finish();
        this.#drain();
      } else if (json !== '') return this.#chunk(json);
    }
    return undefined;
  }

  #chunk(json: string): Chunk {
    const { watch, headers, onChunk } = this.#context;
    const chunk = parseJson(json);
    if (!isFields(chunk)) throw new ProtocolError(`An event is no JSON object: ${json.slice(0, 200)}`);
    if (chunk.error || this.#sse.event === 'error') throw apiError(statusOf(chunk), chunk, headers);
    if (!this.#begun) {
      this.#begun = true;
      watch.stop('firstToken');
    }
    this.#answer.add(chunk, json);
    onChunk?.(chunk);
    // The server is trusted to send what its endpoint documents.
    return chunk as Chunk;
  }

  async #read(): Promise<IteratorResult<Chunk>> {
    const { watch } = this.#context;
    try {
      if (this.#begun) watch.wait();
      for (;;) {
        const { value } = await watch.guard(this.#reader.read());
        if (value) this.#sse.push(value);
        else this.#finish();
        const chunk = this.#take();
        if (chunk !== undefined) return { done: false, value: chunk };
        if (this.#over) return END;
      }
    } catch (cause) {
      throw this.#failure(cause);
    } finally {
      watch.rest();
      this.#reading = undefined;
    }
  }

  /** The stream has ended in order. That does not yet make the answer complete. */
  #finish(): void {
    if (!this.#begun) throw new ConnectionError('The stream ended before its first event.');
    if (!this.#answer.finished) {
      const { partial, requestId } = this;
      const message = 'it ended, but not all of its choices have a finish_reason.';
      throw new StreamInterruptedError('unfinished', message, { partial, requestId });
    }
    this.#over = true;
    this.#context.watch.release();
  }

  /** Reads what comes after the last event, so that the connection can be used again. */
  async #drain(): Promise<void> {
    const timer = setTimeout(() => this.#cancel(), DRAIN_MILLISECONDS);
    try {
      while (!(await this.#reader.read()).done);
    } catch {
      // The answer is complete; only the connection is lost.
    }
    clearTimeout(timer);
  }

  /** What a failure is to the caller. Before the first event the call may be tried again, so it is left open. */
  #failure(cause: unknown): unknown {
    if (!this.#begun) return cause;
    this.#close();
    if (!(cause instanceof ParleyError)) return cause;
    const error = interrupted(cause, { partial: this.partial, requestId: this.requestId, cause });
    this.#context.onError?.(error);
    return error;
  }

  #close(): void {
    this.#first = undefined;
    if (this.#over) return;
    this.#over = true;
    const { watch } = this.#context;
    watch.cancel();
    watch.release();
    this.#cancel();
  }

  #cancel(): void {
    // A body that failed cannot be cancelled, and need not be.
    this.#reader.cancel().catch(() => {});
  }
}

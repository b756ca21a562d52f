import { ProtocolError } from './errors.ts';

/** Length of one event beyond which the stream counts as broken, in UTF-16 code units. */
const MAX_EVENT_LENGTH = 16 * 1024 * 1024;

/**
 * Server-sent events as the WHATWG standard reads them (HTML, section 9.2), from bytes that are cut anywhere. Feed
 * `push`, then take `next` until it gives nothing. An event that the stream does not finish is dropped. `id` and `retry`
 * are for connections that are taken up again, which answers are not; they are read over.
 */
export class SseDecoder {
  /** Name of the event that `next` gave last, empty where the stream named none. */
  event = '';
  readonly #decoder = new TextDecoder();
  /** Received and not yet read, from `#at` on; lines end in line feeds only. */
  #text = '';
  #at = 0;
  /** Beginning of a line whose end has not come. It is only appended to, so it may grow in many small pieces. */
  #line = '';
  #afterCarriageReturn = false;
  /** Of the unfinished event. */
  #data: string | undefined;
  #name = '';

  push(bytes: Uint8Array): void {
    let text = this.#decoder.decode(bytes, { stream: true });
    if (!text) return;
    if (this.#afterCarriageReturn && text.startsWith('\n')) text = text.slice(1);
    this.#afterCarriageReturn = text.endsWith('\r');
    if (text.includes('\r')) text = text.replace(/\r\n?/g, '\n');
    this.#text = this.#text.slice(this.#at) + text;
    this.#at = 0;
  }

  /** Data of the next event that is complete, its lines joined by line feeds. Throws ProtocolError if it is too long. */
  next(): string | undefined {
    const text = this.#text;
    for (;;) {
      const start = this.#at;
      const end = text.indexOf('\n', start);
      if (end < 0) break;
      this.#at = end + 1;
      // What nearly every event of an answer is: one line of data, then an empty one.
      if (
        text.charCodeAt(end + 1) === 10 &&
        this.#line === '' &&
        this.#data === undefined &&
        text.startsWith('data: ', start)
      ) {
        this.#at++;
        this.#data = text.slice(start + 6, end);
      } else if (this.#line || end > start) {
        this.#field(this.#line + text.slice(start, end));
        this.#line = '';
        continue;
      }
      const data = this.#data;
      this.event = this.#name;
      this.#name = '';
      this.#data = undefined;
      if (data !== undefined) return data;
    }
    this.#line += text.slice(this.#at);
    this.#text = '';
    this.#at = 0;
    if (this.#line.length + (this.#data ?? '').length > MAX_EVENT_LENGTH) {
      throw new ProtocolError(`An event of the stream is longer than ${MAX_EVENT_LENGTH} characters.`);
    }
    return undefined;
  }

  #field(line: string): void {
    const [, name, value = ''] = /^([^:]*):? ?(.*)/s.exec(line) ?? [];
    if (name === 'data') this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
    if (name === 'event') this.#name = value;
  }
}

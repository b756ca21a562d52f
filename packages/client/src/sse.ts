/** Length of one event beyond which the stream counts as broken, in UTF-16 code units. */
const MAX_EVENT_LENGTH = 16 * 1024 * 1024;

/**
 * Server-sent events as the WHATWG standard reads them (HTML, section 9.2), from bytes that are cut anywhere. Feed
 * `push`, then take `next` until it gives nothing. An event that the stream does not finish is dropped.
 */
export class SseDecoder {
  /** Name of the event that `next` gave last; `message` where the stream named none. */
  event = 'message';
  /** What the stream gave as `id` up to that event. */
  lastEventId = '';
  /** What the stream last asked for with `retry`. */
  retryMilliseconds: number | undefined;

  readonly #decoder = new TextDecoder();
  readonly #limit: number;
  /** Received and not yet read, from `#at` on; lines end in line feeds only. */
  #text = '';
  #at = 0;
  /** Beginning of a line whose end has not come. Only appended to, so it costs nothing to let it grow. */
  #line = '';
  #afterCarriageReturn = false;
  /** Of the unfinished event. */
  #data: string | undefined;
  #name = '';
  #id = '';

  constructor(maxEventLength = MAX_EVENT_LENGTH) {
    this.#limit = maxEventLength;
  }

  push(bytes: Uint8Array): void {
    let text = this.#decoder.decode(bytes, { stream: true });
    if (text === '') return;
    if (this.#afterCarriageReturn && text.startsWith('\n')) text = text.slice(1);
    this.#afterCarriageReturn = text.endsWith('\r');
    if (text.includes('\r')) text = text.replace(/\r\n?/g, '\n');
    this.#text = this.#at < this.#text.length ? this.#text.slice(this.#at) + text : text;
    this.#at = 0;
  }

  /** Data of the next event that is complete; its lines are joined by line feeds. Throws RangeError when it is too long. */
  next(): string | undefined {
    const text = this.#text;
    for (;;) {
      const start = this.#at;
      const end = text.indexOf('\n', start);
      if (end < 0) break;
      this.#at = end + 1;
      // What nearly every event of a chat stream is: one line of data, then an empty one.
      if (
        text.charCodeAt(end + 1) === 10 &&
        this.#line === '' &&
        this.#data === undefined &&
        text.startsWith('data: ', start)
      ) {
        this.#at = end + 2;
        return this.#dispatch(text.slice(start + 6, end));
      }
      const line = this.#line + text.slice(start, end);
      this.#line = '';
      if (line !== '') this.#field(line);
      else {
        const data = this.#data;
        this.#data = undefined;
        if (data !== undefined) return this.#dispatch(data);
        this.#name = '';
        this.lastEventId = this.#id;
      }
    }
    this.#line += text.slice(this.#at);
    this.#text = '';
    this.#at = 0;
    if (this.#line.length + (this.#data?.length ?? 0) > this.#limit) {
      throw new RangeError(`A server-sent event is longer than ${this.#limit} characters.`);
    }
    return undefined;
  }

  #dispatch(data: string): string {
    this.event = this.#name || 'message';
    this.#name = '';
    this.lastEventId = this.#id;
    return data;
  }

  #field(line: string): void {
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1));
    if (name === 'data') this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
    else if (name === 'event') this.#name = value;
    else if (name === 'id' && !value.includes('\0')) this.#id = value;
    else if (name === 'retry' && /^\d+$/.test(value)) this.retryMilliseconds = Number(value);
  }
}

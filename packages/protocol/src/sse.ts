/** One event of a stream, as the WHATWG HTML standard (section 9.2) dispatches it. */
export interface ServerSentEvent {
  /** `message` where the stream names none. */
  readonly event: string;
  /** Several data lines are joined by line feeds. */
  readonly data: string;
  /** The last id that the stream gave; empty where none was. */
  readonly id: string;
}

const LINE_END = /\r\n|\r|\n/;

/** `data` as one event. Line breaks of any kind make data lines of their own, so data cannot end the event. */
export function encodeEvent(data: string): string {
  return prefixed('data: ', data);
}

/** A comment: keeps a connection alive and is seen by no reader. */
export function encodeComment(text: string): string {
  return prefixed(': ', text);
}

function prefixed(prefix: string, text: string): string {
  if (!LINE_END.test(text)) return `${prefix}${text}\n\n`;
  return `${text
    .split(LINE_END)
    .map((line) => prefix + line)
    .join('\n')}\n\n`;
}

export interface SseParserOptions {
  /** UTF-16 code units that one event may take before its end is seen; 16 Mi by default. */
  readonly maxEventLength?: number;
}

/**
 * Reads a stream in pieces cut anywhere, inside UTF-8 sequences and line ends too. Work is linear in the input:
 * nothing is scanned twice. An event that the stream does not finish is dropped, as the standard says.
 */
export class SseParser {
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  readonly #limit: number;
  /** Pieces of the unfinished line. */
  #line: string[] = [];
  #lineLength = 0;
  /** Data lines of the unfinished event. */
  #data: string[] = [];
  #dataLength = 0;
  #event = '';
  #id = '';
  #lastEventId = '';
  #retryMilliseconds: number | undefined;
  #atStart = true;
  #afterCarriageReturn = false;

  constructor(options: SseParserOptions = {}) {
    this.#limit = options.maxEventLength ?? 16 * 1024 * 1024;
  }

  /** The id to send as `last-event-id` when reconnecting. */
  get lastEventId(): string {
    return this.#lastEventId;
  }

  /** What the stream last asked for with `retry`. */
  get retryMilliseconds(): number | undefined {
    return this.#retryMilliseconds;
  }

  /** The events that this piece ends. Bytes are UTF-8. Throws RangeError when an event is too long. */
  push(piece: Uint8Array | string): ServerSentEvent[] {
    let text = typeof piece === 'string' ? piece : this.#decoder.decode(piece, { stream: true });
    if (text === '') return [];
    if (this.#atStart && text.startsWith('\uFEFF')) text = text.slice(1);
    this.#atStart = false;
    const events: ServerSentEvent[] = [];
    let start = this.#afterCarriageReturn && text.startsWith('\n') ? 1 : 0;
    this.#afterCarriageReturn = text === '' ? this.#afterCarriageReturn : text.endsWith('\r');
    const ends = /\r\n|\r|\n/g;
    ends.lastIndex = start;
    for (let end = ends.exec(text); end !== null; end = ends.exec(text)) {
      this.#keep(text.slice(start, end.index));
      start = ends.lastIndex;
      const event = this.#endLine();
      if (event !== undefined) events.push(event);
    }
    this.#keep(text.slice(start));
    return events;
  }

  #keep(piece: string): void {
    if (piece === '') return;
    this.#lineLength += piece.length;
    if (this.#lineLength + this.#dataLength > this.#limit) {
      throw new RangeError(`A server-sent event is longer than ${this.#limit} characters.`);
    }
    this.#line.push(piece);
  }

  #endLine(): ServerSentEvent | undefined {
    const line = this.#line.length === 1 ? (this.#line[0] ?? '') : this.#line.join('');
    this.#line = [];
    this.#lineLength = 0;
    if (line === '') return this.#dispatch();
    const colon = line.indexOf(':');
    if (colon === 0) return undefined;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    this.#field(name, value);
    return undefined;
  }

  #field(name: string, value: string): void {
    if (name === 'data') {
      this.#data.push(value);
      this.#dataLength += value.length + 1;
    } else if (name === 'event') {
      this.#event = value;
    } else if (name === 'id') {
      if (!value.includes('\0')) this.#id = value;
    } else if (name === 'retry') {
      if (/^[0-9]+$/.test(value)) this.#retryMilliseconds = Number(value);
    }
  }

  #dispatch(): ServerSentEvent | undefined {
    const { length } = this.#data;
    this.#lastEventId = this.#id;
    const event = { event: this.#event || 'message', data: this.#data.join('\n'), id: this.#id };
    this.#data = [];
    this.#dataLength = 0;
    this.#event = '';
    return length === 0 ? undefined : event;
  }
}

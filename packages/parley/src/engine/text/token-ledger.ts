import type { TokenInfo } from '../../core/event.ts';

interface Entry {
  /** Bytes of the text from the first byte ever to the end of this token. */
  readonly end: number;
  readonly bytes: Uint8Array;
  readonly info: TokenInfo | undefined;
}

/** Which tokens the bytes stand for that are released. Every token is released once, or cut off. */
export class TokenLedger {
  #entries: Entry[] = [];
  #added = 0;
  #released = 0;

  add(bytes: Uint8Array, info: TokenInfo | undefined): void {
    this.#added += bytes.length;
    this.#entries.push({ end: this.#added, bytes, info });
  }

  /** Lets the text end `bytes` after what is released: drops tokens that begin there or later, shortens the one that goes on. */
  cut(bytes: number): void {
    const limit = this.#released + bytes;
    const kept: Entry[] = [];
    for (const entry of this.#entries) {
      const start = entry.end - entry.bytes.length;
      if (entry.end <= limit) kept.push(entry);
      else if (start < limit)
        kept.push({ ...entry, end: limit, bytes: entry.bytes.subarray(0, limit - start) });
    }
    this.#entries = kept;
    this.#added = limit;
  }

  /** Takes the next bytes of the text, and with them the tokens that end there. */
  release(bytes: number): { tokenCount: number; tokens?: TokenInfo[] } {
    this.#released += bytes;
    const entries = this.#entries;
    let count = 0;
    while (count < entries.length && entries[count]!.end <= this.#released) count++;
    const released = entries.splice(0, count);
    const tokens: TokenInfo[] = [];
    for (const { info, bytes: own } of released) {
      if (info !== undefined) tokens.push(info.bytes === own ? info : { ...info, bytes: own });
    }
    return tokens.length > 0 ? { tokenCount: count, tokens } : { tokenCount: count };
  }
}

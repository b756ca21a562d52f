import type { TokenId, TokenKind, Vocabulary } from '../runtime.ts';
import { decodeUtf8, incompleteTail } from './utf8.ts';

export interface TokenTextEntry {
  readonly bytes: Uint8Array;
  /** The text of the bytes, where they are whole characters and nothing else. */
  readonly text: string | undefined;
  /** Whether `skip_special_tokens` drops it: a control token, or the one for unknown text. */
  readonly special: boolean;
}

/** Remembers what each token's bytes say. One for all sequences of an engine; at most one entry a token. */
export class TokenText {
  readonly #vocabulary: Vocabulary;
  readonly #entries: (TokenTextEntry | undefined)[];

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
    this.#entries = new Array(vocabulary.size);
  }

  entry(token: TokenId): TokenTextEntry {
    const known = this.#entries[token];
    if (known !== undefined) return known;
    const bytes = this.#vocabulary.bytes(token);
    const entry = { bytes, text: wholeText(bytes), special: isSpecial(this.#vocabulary.kind(token)) };
    this.#entries[token] = entry;
    return entry;
  }

  bytes(token: TokenId): Uint8Array {
    return this.entry(token).bytes;
  }
}

/** Whether `skip_special_tokens` drops the token. */
export function isSpecial(kind: TokenKind): boolean {
  return kind === 'control' || kind === 'unknown';
}

function wholeText(bytes: Uint8Array): string | undefined {
  if (incompleteTail(bytes) > 0) return undefined;
  const text = decodeUtf8(bytes);
  // Bytes that are wrong alone may be the rest of a character that the token before has begun.
  return text.includes('\ufffd') ? undefined : text;
}

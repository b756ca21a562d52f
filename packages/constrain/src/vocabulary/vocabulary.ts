import { FreeString } from './free-string.ts';
import { Trie } from './trie.ts';

export type VocabularyOptions = {
  /** Ids that end a text; they are allowed exactly where the text may end. Their bytes never count. */
  endOfText?: readonly number[];
};

/** A tokenizer's tokens as bytes, indexed once for all grammars. */
export class Vocabulary {
  readonly size: number;
  readonly endOfText: readonly number[];
  readonly tokens: readonly Uint8Array[];
  readonly trie: Trie;
  readonly freeString: FreeString;
  /** Bytes of the longest token. */
  readonly maxLength: number;

  private constructor(tokens: readonly Uint8Array[], endOfText: readonly number[]) {
    this.size = tokens.length;
    this.tokens = tokens;
    this.endOfText = endOfText;
    const none = new Uint8Array(0);
    const ends = new Set(endOfText);
    this.trie = new Trie(tokens.map((bytes, id) => (ends.has(id) ? none : bytes)));
    this.maxLength = tokens.reduce((max, bytes) => Math.max(max, bytes.length), 0);
    this.freeString = new FreeString(this.trie, tokens.length);
  }

  /**
   * @param tokenBytes the bytes of each token by id; empty for tokens that never occur in text (control tokens).
   */
  static from(tokenBytes: readonly Uint8Array[], options: VocabularyOptions = {}): Vocabulary {
    return new Vocabulary(tokenBytes, options.endOfText ?? []);
  }

  /** Words of a mask over this vocabulary. */
  get maskWords(): number {
    return (this.size + 31) >> 5;
  }
}

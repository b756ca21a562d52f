import { Lex, type LexNext } from './lex.ts';
import type { Lexers } from './lexers.ts';

/** Inside true, false or null. */
export class LiteralLex extends Lex {
  readonly #lexers: Lexers;
  readonly #text: 'true' | 'false' | 'null';
  readonly #at: number;
  readonly #tags: readonly number[];

  constructor(
    id: number,
    lexers: Lexers,
    text: 'true' | 'false' | 'null',
    at: number,
    tags: readonly number[],
  ) {
    super(id);
    this.#lexers = lexers;
    this.#text = text;
    this.#at = at;
    this.#tags = tags;
  }

  protected override compute(byte: number): LexNext {
    if (byte !== this.#text.charCodeAt(this.#at)) return null;
    if (this.#at + 1 < this.#text.length) return this.#lexers.literal(this.#text, this.#at + 1, this.#tags);
    return this.#lexers.exit(this.#tags.map((tag) => ({ tag, word: null })));
  }
}

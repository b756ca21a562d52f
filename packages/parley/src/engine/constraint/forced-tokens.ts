import type { TokenId } from '../runtime.ts';

const REMEMBERED = 1000;

/** Tokens of the short texts that forms force, which are the same ones again and again. */
export class ForcedTokens {
  readonly #tokenize: (text: string) => readonly TokenId[];
  readonly #known = new Map<string, readonly TokenId[]>();

  constructor(tokenize: (text: string) => readonly TokenId[]) {
    this.#tokenize = tokenize;
  }

  of(text: string): readonly TokenId[] {
    let tokens = this.#known.get(text);
    if (!tokens) {
      tokens = this.#tokenize(text);
      if (this.#known.size >= REMEMBERED) this.#known.clear();
      this.#known.set(text, tokens);
    }
    return tokens;
  }
}

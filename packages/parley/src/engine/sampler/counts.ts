import type { TokenId } from '../runtime.ts';

/** The distinct tokens of a sequence, and how often each occurs in its completion. Grows with distinct tokens only. */
export class TokenCounts {
  readonly #places = new Map<TokenId, number>();
  readonly tokens: TokenId[] = [];
  /** Occurrences in the completion of the token at the same place of `tokens`; 0 for those of the prompt alone. */
  readonly counts: number[] = [];

  /** Notes that the token occurs in the prompt. */
  addPrompt(token: TokenId): void {
    this.#place(token);
  }

  addCompletion(token: TokenId): void {
    this.counts[this.#place(token)]! += 1;
  }

  #place(token: TokenId): number {
    const known = this.#places.get(token);
    if (known !== undefined) return known;
    const place = this.tokens.length;
    this.#places.set(token, place);
    this.tokens.push(token);
    this.counts.push(0);
    return place;
  }
}

import type { TokenId } from './runtime.ts';

/** Tokens of a match that are compared: a longer one is no better. */
const LONGEST_MATCH = 16;
/** Places of one token that are looked at, so that a text of one token over and over costs no more than others. */
const MAX_PLACES = 1024;

/** A text that the answer is expected to repeat. Only read: all choices of a request share it. */
export class DraftText {
  readonly tokens: Int32Array;
  /** By token, ascending: the places behind it. Made when a place is first searched for. */
  #places: Map<TokenId, number[]> | undefined;

  constructor(tokens: readonly TokenId[]) {
    this.tokens = Int32Array.from(tokens);
  }

  /**
   * The place behind the longest piece of this text with which `answer` ends, if it has at least `least` tokens. Among
   * pieces of one length the first from place `from` on, then from the beginning.
   */
  find(answer: Int32Array, { from, least }: { from: number; least: number }): number | undefined {
    const places = this.#indexed().get(answer[answer.length - 1]!) ?? [];
    const first = places.findIndex((place) => place > from);
    let best: number | undefined;
    let longest = least - 1;
    for (let i = 0; i < Math.min(places.length, MAX_PLACES); i++) {
      const place = places[(Math.max(0, first) + i) % places.length]!;
      const length = this.#matchBefore(place, answer);
      if (length <= longest) continue;
      longest = length;
      best = place;
    }
    return best;
  }

  #matchBefore(place: number, answer: Int32Array): number {
    const limit = Math.min(place, answer.length, LONGEST_MATCH);
    let length = 0;
    while (length < limit && this.tokens[place - 1 - length] === answer[answer.length - 1 - length]) length++;
    return length;
  }

  #indexed(): Map<TokenId, number[]> {
    if (this.#places) return this.#places;
    const places = new Map<TokenId, number[]>();
    for (const [i, token] of this.tokens.entries()) {
      const known = places.get(token);
      if (known) known.push(i + 1);
      else places.set(token, [i + 1]);
    }
    this.#places = places;
    return places;
  }
}

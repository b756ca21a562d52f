import type { SortedStrings } from '../text/sorted-strings.ts';
import type { WordState } from '../text/word-automaton.ts';

/**
 * Bans the tokens that begin with the rest of a word of which the text ends with the beginning. Sorted by their bytes,
 * the tokens that begin with a rest are neighbours, and two such ranges are apart or one within the other.
 */
export class ClosingTokens {
  readonly #words: SortedStrings;
  readonly #tokens: SortedStrings;
  /**
   * Ranges of places, two numbers each, for the state's own beginning. A rest is in a range only where a token begins
   * with it, so all together are at most as many as there are words times bytes of the longest token.
   */
  readonly #ranges = new Map<WordState, readonly number[]>();

  constructor(words: SortedStrings, tokens: SortedStrings) {
    this.#words = words;
    this.#tokens = tokens;
  }

  ban(state: WordState, row: Float32Array): void {
    const { size } = this.#tokens;
    if (state.whole) this.#banRange(0, size, row);
    if (state.whole) return;
    const found: (readonly number[])[] = [];
    let writes = 0;
    for (let at = state; at.fallback !== undefined; at = at.fallback) {
      const ranges = this.#rangesOf(at);
      if (ranges.length === 0) continue;
      found.push(ranges);
      for (let i = 0; i < ranges.length; i += 2) writes += ranges[i + 1]! - ranges[i]!;
    }
    // Where many ranges lie within each other, leaving out the inner ones is cheaper than writing them.
    const lists = writes <= size ? found : [outermost(found, size)];
    for (const ranges of lists) {
      for (let i = 0; i < ranges.length; i += 2) this.#banRange(ranges[i]!, ranges[i + 1]!, row);
    }
  }

  /** Forgets the ranges of states that are no more. */
  forget(): void {
    this.#ranges.clear();
  }

  #banRange(from: number, to: number, row: Float32Array): void {
    const { order } = this.#tokens;
    for (let place = from; place < to; place++) row[order[place]!] = -Infinity;
  }

  #rangesOf(state: WordState): readonly number[] {
    const known = this.#ranges.get(state);
    if (known !== undefined) return known;
    const ranges: number[] = [];
    this.#match(state.depth, state, 0, { low: 0, high: this.#tokens.size }, ranges);
    this.#ranges.set(state, ranges);
    return ranges;
  }

  /** Goes down words and tokens together, whose next `shared` bytes are the same, as long as both have more. */
  #match(depth: number, words: Span, shared: number, tokens: Span, found: number[]): void {
    if (this.#words.length(words.low) === depth + shared) {
      found.push(tokens.low, tokens.high);
      return;
    }
    const at = depth + shared;
    for (let low = words.low; low < words.high; ) {
      const byte = this.#words.byte(low, at);
      const high = this.#words.bound(low, words.high, at, byte + 1);
      const from = this.#tokens.bound(tokens.low, tokens.high, shared, byte);
      const to = this.#tokens.bound(from, tokens.high, shared, byte + 1);
      if (from < to) this.#match(depth, { low, high }, shared + 1, { low: from, high: to }, found);
      low = high;
    }
  }
}

interface Span {
  readonly low: number;
  readonly high: number;
}

/** The ranges that are in no other one. */
function outermost(lists: readonly (readonly number[])[], size: number): number[] {
  const keys = Float64Array.from(
    lists.flatMap((ranges) =>
      Array.from(
        { length: ranges.length / 2 },
        (_, i) => ranges[2 * i]! * size + (size - ranges[2 * i + 1]!),
      ),
    ),
  ).sort();
  const outer: number[] = [];
  let end = 0;
  for (const key of keys) {
    const to = size - (key % size);
    if (to <= end) continue;
    outer.push(Math.floor(key / size), to);
    end = to;
  }
  return outer;
}

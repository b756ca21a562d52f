import type { SortedStrings } from './sorted-strings.ts';

/** The longest beginning of a word that a text ends with. */
export interface WordState {
  /** Its length in bytes; 0 in the root. */
  readonly depth: number;
  /** The places of the words that begin so. */
  readonly low: number;
  readonly high: number;
  /** The next shorter beginning of a word that the text ends with; undefined in the root. */
  readonly fallback: WordState | undefined;
  /** Whether the text ends with a whole word. */
  readonly whole: boolean;
  readonly next: Map<number, WordState>;
}

/**
 * Follows a text byte by byte and knows which beginnings of words it ends with (Aho and Corasick). States are made when
 * a text first gets there, so many long words cost nothing until then.
 */
export class WordAutomaton {
  readonly words: SortedStrings;
  readonly root: WordState;
  /** Whether a word begins with the byte: most bytes of most texts lead nowhere. */
  readonly #begins = new Uint8Array(256);
  #size = 0;

  constructor(words: SortedStrings) {
    this.words = words;
    this.root = { depth: 0, low: 0, high: words.size, fallback: undefined, whole: false, next: new Map() };
    for (let place = 0; place < words.size; place++) this.#begins[words.byte(place, 0)] = 1;
  }

  /** How many steps from state to state are remembered. */
  get size(): number {
    return this.#size;
  }

  advance(state: WordState, byte: number): WordState {
    if (state.depth === 0 && this.#begins[byte] === 0) return state;
    const known = state.next.get(byte);
    if (known !== undefined) return known;
    const next = this.#follow(state, byte);
    state.next.set(byte, next);
    this.#size++;
    return next;
  }

  /** Forgets all steps and states; returns the new state that stands for `state`. */
  forget(state: WordState): WordState {
    this.root.next.clear();
    this.#size = 0;
    let again = this.root;
    for (let at = 0; at < state.depth; at++) again = this.advance(again, this.words.byte(state.low, at));
    return again;
  }

  #follow(state: WordState, byte: number): WordState {
    const { words } = this;
    const { depth, fallback } = state;
    const shorter = fallback === undefined ? this.root : this.advance(fallback, byte);
    const low = words.bound(state.low, state.high, depth, byte);
    const high = words.bound(low, state.high, depth, byte + 1);
    if (low === high) return shorter;
    const whole = shorter.whole || words.length(low) === depth + 1;
    return { depth: depth + 1, low, high, fallback: shorter, whole, next: new Map() };
  }
}

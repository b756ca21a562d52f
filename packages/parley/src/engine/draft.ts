import type { DraftText } from './draft-text.ts';
import type { TokenId } from './runtime.ts';

/** With the token before them these make 16 and 8 rows, for which matrix kernels are made. */
const LONGEST_DRAFT = 15;
const FIRST_DRAFT = 7;
/** A match of as many tokens is drafted from, however often drafts were wrong. */
const SURE_MATCH = 8;

/** Where an answer is: what a Drafter looks at of a Sequence. */
export interface Drafted {
  readonly tokens: Int32Array;
  readonly length: number;
  readonly promptLength: number;
}

/**
 * Guesses how an answer goes on, from a text that it is expected to repeat. It goes along with the answer; where the
 * answer leaves the text, the place is found again by the answer's last tokens. What is guessed wrong costs time: after
 * it drafts are half as long, and a longer match is wanted before the next one.
 */
export class Drafter {
  readonly #text: DraftText;
  /** Length of the sequence at which it ends in any case. */
  readonly #end: number;
  /** Place in the text where the answer is expected to go on; undefined where it is not known. */
  #place: number | undefined = 0;
  /** The last known place. */
  #from = 0;
  /** Tokens of the sequence that were compared with the text. */
  #read: number | undefined;
  #draft = FIRST_DRAFT;
  #leastMatch = 1;
  #step = { proposed: 0, accepted: 0 };
  /** Proposed tokens that came, and those that did not. */
  accepted = 0;
  rejected = 0;

  constructor(text: DraftText, end: number) {
    this.#text = text;
    this.#end = end;
  }

  /** Up to `limit` tokens that may come next; one more than these always has room before the sequence's end. */
  propose(sequence: Drafted, limit: number): readonly TokenId[] {
    this.#follow(sequence);
    const place = this.#place;
    const count = Math.min(limit, this.#draft, this.#end - sequence.length - 1);
    this.#step = { proposed: 0, accepted: 0 };
    if (place === undefined || count < 1) return [];
    const drafts = [...this.#text.tokens.subarray(place, place + count)];
    this.#step = { proposed: drafts.length, accepted: 0 };
    this.rejected += drafts.length;
    return drafts;
  }

  /** Of the tokens proposed last, this many have come so far. The sums are right at any time: the answer may end with a token. */
  accept(count: number): void {
    const more = count - this.#step.accepted;
    this.#step.accepted = count;
    this.accepted += more;
    this.rejected -= more;
  }

  /** Draws the lesson from the step. */
  settle(): void {
    const { proposed, accepted } = this.#step;
    if (proposed === 0) return;
    if (accepted === proposed) {
      this.#draft = Math.min(LONGEST_DRAFT, 2 * this.#draft + 1);
      this.#leastMatch = 1;
      return;
    }
    this.#draft = Math.max(1, this.#draft >> 1);
    if (accepted === 0) this.#leastMatch = Math.min(SURE_MATCH, 2 * this.#leastMatch);
  }

  /** Compares what has come since the last call. */
  #follow({ tokens, length, promptLength }: Drafted): void {
    const text = this.#text.tokens;
    let read = this.#read ?? promptLength;
    this.#read = length;
    let place = this.#place ?? text.length;
    while (read < length && text[place] === tokens[read]) {
      place++;
      read++;
    }
    if (this.#place !== undefined) this.#from = place;
    if (read < length) {
      const answer = tokens.subarray(promptLength, length);
      this.#place = this.#text.find(answer, { from: this.#from, least: this.#leastMatch });
      this.#from = this.#place ?? this.#from;
    } else if (this.#place !== undefined) this.#place = place;
  }
}

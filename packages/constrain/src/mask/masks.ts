import type { Lex } from '../machine/lex.ts';
import type { Struct } from '../machine/struct.ts';
import { isComplete, type Position, stepBytes } from '../state.ts';
import type { Vocabulary } from '../vocabulary/vocabulary.ts';
import { Walker } from './walker.ts';

/** Token ids, where they are few; else the mask itself. */
type Stored = Int32Array | Uint32Array;

const FEW = 1024;
const MAX_STORED_BYTES = 4 * 1024 * 1024;

/** The masks of one grammar over one vocabulary, remembered by position. */
export class Masks {
  readonly #vocabulary: Vocabulary;
  readonly #walker: Walker;
  readonly #mask: Uint32Array;
  #stored = new Map<Struct, Map<Lex | null, Stored>>();
  #bytes = 0;

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
    this.#walker = new Walker(vocabulary);
    this.#mask = new Uint32Array(vocabulary.maskWords);
  }

  /** The mask of a position; null stands for the end of the text, after which nothing comes. */
  of(position: Position | null, text: number[]): Uint32Array {
    const mask = this.#mask;
    if (!position) return mask.fill(0);
    const { lex, place } = position;
    const known = this.#stored.get(place)?.get(lex);
    if (known) return this.#restore(known);
    mask.fill(0);
    const doubtful = lex ? this.#walker.fromLex(mask, lex, place) : this.#walker.fromStruct(mask, place);
    for (const t of doubtful) {
      const length = text.length;
      if (stepBytes(position, this.#vocabulary.tokens[t]!, text)) mask[t >> 5]! |= 1 << (t & 31);
      else mask[t >> 5]! &= ~(1 << (t & 31));
      text.length = length;
    }
    if (isComplete(position)) for (const t of this.#vocabulary.endOfText) mask[t >> 5]! |= 1 << (t & 31);
    if (doubtful.length === 0) this.#store(place, lex);
    return mask;
  }

  #restore(known: Stored): Uint32Array {
    const mask = this.#mask;
    if (known instanceof Uint32Array) mask.set(known);
    else {
      mask.fill(0);
      for (const t of known) mask[t >> 5]! |= 1 << (t & 31);
    }
    return mask;
  }

  #store(place: Struct, lex: Lex | null): void {
    const few = this.#few();
    const stored = few ?? this.#mask.slice();
    this.#bytes += stored.byteLength + 200;
    if (this.#bytes > MAX_STORED_BYTES) {
      this.#stored = new Map();
      this.#bytes = stored.byteLength;
    }
    let byLex = this.#stored.get(place);
    if (!byLex) {
      byLex = new Map();
      this.#stored.set(place, byLex);
    }
    byLex.set(lex, stored);
  }

  #few(): Int32Array | null {
    if (countBits(this.#mask, FEW) > FEW) return null;
    const ids: number[] = [];
    for (let w = 0; w < this.#mask.length; w++) {
      let bits = this.#mask[w]!;
      while (bits !== 0) {
        const bit = 31 - Math.clz32(bits);
        ids.push(w * 32 + bit);
        bits ^= 1 << bit;
      }
    }
    return Int32Array.from(ids);
  }
}

/** The number of set bits, counted no further than just above `enough`. */
function countBits(mask: Uint32Array, enough: number): number {
  let total = 0;
  for (let w = 0; w < mask.length && total <= enough; w++) {
    let n = mask[w]!;
    if (n === 0) continue;
    n -= (n >>> 1) & 0x55555555;
    n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
    total += (((n + (n >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
  }
  return total;
}

import type { Fuel } from '../errors.ts';
import type { Lex } from '../machine/lex.ts';
import { StringLex } from '../machine/string-lex.ts';
import type { Struct } from '../machine/struct.ts';
import { isComplete, type Position, readsText, stepBytes, stepPosition } from '../state.ts';
import type { Vocabulary } from '../vocabulary/vocabulary.ts';
import { Walker } from './walker.ts';

/** Token ids, where they are few; else the mask itself. */
type Stored = Int32Array | Uint32Array;

/** What is remembered of a position. */
type Known = {
  mask: Stored | undefined;
  /** The only byte that may come next, -1 where there is a choice or none. */
  onlyByte: number | undefined;
};

const FEW = 1024;
const ENTRY_BYTES = 200;
const MAX_STORED_BYTES = 4 * 1024 * 1024;

/** The masks of one grammar over one vocabulary, remembered by position. */
export class Masks {
  readonly #vocabulary: Vocabulary;
  readonly #walker: Walker;
  readonly #mask: Uint32Array;
  #known = new Map<Struct, Map<Lex | null, Known>>();
  #bytes = 0;

  constructor(vocabulary: Vocabulary, fuel: Fuel) {
    this.#vocabulary = vocabulary;
    this.#walker = new Walker(vocabulary, fuel);
    this.#mask = new Uint32Array(vocabulary.maskWords);
  }

  /** Whether the mask of the position is remembered. */
  knows(position: Position | null): boolean {
    return position === null || this.#find(position.place, this.#alike(position.lex))?.mask !== undefined;
  }

  /** The mask of a position; null stands for the end of the text, after which nothing comes. */
  of(position: Position | null, text: number[]): Uint32Array {
    const mask = this.#mask;
    if (!position) return mask.fill(0);
    const { place } = position;
    const lex = this.#alike(position.lex);
    const known = this.#find(place, lex)?.mask;
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

  /** The only byte that may come next, or -1. */
  onlyByte(position: Position, text: number[]): number {
    const { place } = position;
    const lex = this.#alike(position.lex);
    const known = this.#find(place, lex)?.onlyByte;
    if (known !== undefined) return known;
    const { byte, remember } = findOnlyByte(position, text);
    if (remember && !isTransient(place, lex)) this.#entry(place, lex).onlyByte = byte;
    return byte;
  }

  /** The position inside a scalar that stands for all that allow the same tokens. */
  #alike(lex: Lex | null): Lex | null {
    return lex instanceof StringLex ? lex.within(this.#vocabulary.maxLength) : lex;
  }

  #find(place: Struct, lex: Lex | null): Known | undefined {
    return this.#known.get(place)?.get(lex);
  }

  #entry(place: Struct, lex: Lex | null): Known {
    this.#grow(ENTRY_BYTES);
    let byLex = this.#known.get(place);
    if (!byLex) {
      byLex = new Map();
      this.#known.set(place, byLex);
    }
    let known = byLex.get(lex);
    if (!known) {
      known = { mask: undefined, onlyByte: undefined };
      byLex.set(lex, known);
    }
    return known;
  }

  #grow(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes <= MAX_STORED_BYTES) return;
    this.#known = new Map();
    this.#bytes = bytes;
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
    if (isTransient(place, lex)) return;
    const stored = this.#few() ?? this.#mask.slice();
    this.#grow(stored.byteLength);
    this.#entry(place, lex).mask = stored;
  }

  #few(): Int32Array | null {
    const most = Math.min(FEW, this.#mask.length);
    if (countBits(this.#mask, most) > most) return null;
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

/** Nothing comes back to such a position: what were remembered of it would never be asked for again. */
function isTransient(place: Struct, lex: Lex | null): boolean {
  return place.transient || (lex?.transient ?? false);
}

/** The only byte that may come next, or -1; `remember` where that does not depend on the text. */
function findOnlyByte(at: Position, text: number[]): { byte: number; remember: boolean } {
  const length = text.length;
  let only = -1;
  let remember = true;
  for (let byte = 0; byte < 256; byte++) {
    remember &&= !readsText(at, byte);
    text.push(byte);
    const to = stepPosition(at, byte, text);
    text.length = length;
    if (!to) continue;
    if (only >= 0) return { byte: -1, remember };
    only = byte;
  }
  return { byte: only, remember };
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

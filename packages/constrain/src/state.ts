import { ConstraintError } from './errors.ts';
import { Lex } from './machine/lex.ts';
import type { Struct } from './machine/struct.ts';
import type { Masks } from './mask/masks.ts';
import type { Vocabulary } from './vocabulary/vocabulary.ts';

/** A place in a text: between scalars, or inside one (`lex`) whose end the place hears of. */
export type Position = { readonly lex: Lex | null; readonly place: Struct };

/**
 * The position after one byte, or null when the text may not go on with it. `text` are the bytes so far, the new one
 * last; they are read where values must be told apart.
 */
export function stepPosition(
  { lex, place }: Position,
  byte: number,
  text: readonly number[],
): Position | null {
  if (!lex) return entered(place.step(byte), place, text);
  const to = lex.step(byte);
  if (to === null) return null;
  if (to instanceof Lex) return { lex: to, place };
  const ended = place.exit(to);
  if (!ended) return null;
  if (!to.redo) return entered(ended, place, text);
  const after = settled(ended, text.slice(0, -1));
  return after && entered(after.step(byte), after, text);
}

function entered(to: Struct | Lex | null, from: Struct, text: readonly number[]): Position | null {
  if (to === null) return null;
  if (to instanceof Lex) return { lex: to, place: from.receiver };
  const place = settled(to, text);
  return place && { lex: null, place };
}

function settled(place: Struct, text: readonly number[]): Struct | null {
  return place.unsettled ? place.settle(text) : place;
}

/** Whether the position after a byte depends on the text before it. */
export function readsText({ lex, place }: Position, byte: number): boolean {
  if (!lex) return isUnsettled(place.step(byte));
  const to = lex.step(byte);
  if (to === null || to instanceof Lex) return false;
  const ended = place.exit(to);
  if (!ended) return false;
  return ended.unsettled || (to.redo && isUnsettled(ended.step(byte)));
}

function isUnsettled(to: Struct | Lex | null): boolean {
  return to !== null && !(to instanceof Lex) && to.unsettled;
}

/** The position after a token's bytes, which are left on the text; null, and the text as it was, when refused. */
export function stepBytes(from: Position, bytes: Uint8Array, text: number[]): Position | null {
  const length = text.length;
  let at: Position | null = from;
  for (let i = 0; i < bytes.length && at; i++) {
    text.push(bytes[i]!);
    at = stepPosition(at, bytes[i]!, text);
  }
  if (!at) text.length = length;
  return at;
}

export function isComplete({ lex, place }: Position): boolean {
  if (!lex) return place.accepting;
  const ended = lex.ended;
  return ended !== null && (place.exit(ended)?.accepting ?? false);
}

const NO_BYTES = new Uint8Array(0);

/** One text under construction. Not for concurrent use; several states of one grammar share its caches. */
export class ConstraintState {
  readonly #masks: Masks;
  readonly #vocabulary: Vocabulary;
  readonly #history: (Position | null)[];
  readonly #lengths: number[] = [];
  readonly #text: number[] = [];
  readonly #refuel: () => void;

  constructor(masks: Masks, vocabulary: Vocabulary, start: Position, refuel: () => void) {
    this.#refuel = refuel;
    this.#masks = masks;
    this.#vocabulary = vocabulary;
    this.#history = [start];
  }

  get #at(): Position | null {
    return this.#history[this.#history.length - 1]!;
  }

  /** Whether the text may end here. */
  get complete(): boolean {
    return this.#at !== null && isComplete(this.#at);
  }

  /** Whether an end-of-text token was taken. */
  get ended(): boolean {
    return this.#at === null;
  }

  /** Whether the next mask is remembered and costs next to nothing. */
  get prepared(): boolean {
    return this.#masks.knows(this.#at);
  }

  /** Bit `id & 31` of word `id >> 5` is set for the tokens that may come next. A view that the next call overwrites. */
  mask(): Uint32Array {
    this.#refuel();
    return this.#masks.of(this.#at, this.#text);
  }

  /** Takes a token. @returns false, with nothing changed, when the mask does not allow it. */
  advance(id: number): boolean {
    this.#refuel();
    const length = this.#text.length;
    const next = this.#after(id);
    if (next === undefined) return false;
    this.#history.push(next);
    this.#lengths.push(length);
    return true;
  }

  #after(id: number): Position | null | undefined {
    if (this.#at === null) return undefined;
    if (this.#vocabulary.endOfText.includes(id)) return this.complete ? null : undefined;
    const bytes = this.#vocabulary.tokens[id];
    if (!bytes || bytes.length === 0) return undefined;
    return stepBytes(this.#at, bytes, this.#text) ?? undefined;
  }

  /** Gives back the last `count` tokens. */
  rollback(count: number): void {
    if (!Number.isInteger(count) || count < 0 || count >= this.#history.length) {
      throw new ConstraintError('invalid', `Cannot give back ${count} of ${this.#history.length - 1} tokens`);
    }
    if (count === 0) return;
    this.#history.length -= count;
    this.#text.length = this.#lengths[this.#lengths.length - count]!;
    this.#lengths.length -= count;
  }

  /** The bytes that must come next, up to the first choice or `limit` bytes. */
  forced(limit = 256): Uint8Array {
    this.#refuel();
    const text = this.#text;
    const from = text.length;
    let at = this.#at;
    while (at && text.length - from < limit && !isComplete(at)) {
      const only = this.#masks.onlyByte(at, text);
      if (only < 0) break;
      text.push(only);
      at = stepPosition(at, only, text);
    }
    const forced = text.length === from ? NO_BYTES : Uint8Array.from(text.slice(from));
    text.length = from;
    return forced;
  }
}

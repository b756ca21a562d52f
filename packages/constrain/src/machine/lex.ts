/** What a finished scalar was: which of the readings that ran side by side accept it. */
export class Exit {
  readonly id: number;
  readonly tags: readonly ExitTag[];
  /** The byte that ended the scalar belongs to what follows (numbers). */
  readonly redo: boolean;

  constructor(id: number, tags: readonly ExitTag[], redo: boolean) {
    this.id = id;
    this.tags = tags;
    this.redo = redo;
  }
}

/** `word`: the text, where the reading was a list of words. */
export type ExitTag = { tag: number; word: string | null };

export type LexNext = Lex | Exit | null;

const FEW = 20;

/** A position inside a scalar or a key. Immutable; transitions are computed once. */
export abstract class Lex {
  readonly id: number;
  readonly #few = new Map<number, Lex | Exit>();
  readonly #dead = [0, 0, 0, 0, 0, 0, 0, 0];
  #table: (LexNext | undefined)[] | null = null;

  constructor(id: number) {
    this.id = id;
  }

  /** Inside a character of several bytes: there are too many such positions to keep them. */
  get transient(): boolean {
    return false;
  }

  step(byte: number): LexNext {
    if (this.#table) {
      const to = this.#table[byte];
      return to === undefined ? this.#fill(byte) : to;
    }
    const known = this.#few.get(byte);
    if (known) return known;
    return ((this.#dead[byte >> 5]! >> (byte & 31)) & 1) === 1 ? null : this.#fill(byte);
  }

  #fill(byte: number): LexNext {
    const to = this.compute(byte);
    if (this.transient || (to instanceof Lex && to.transient)) return to;
    if (this.#table) this.#table[byte] = to;
    else if (to === null) this.#dead[byte >> 5]! |= 1 << (byte & 31);
    else {
      this.#few.set(byte, to);
      if (this.#few.size > FEW) this.#spread();
    }
    return to;
  }

  /** From a few known transitions to a table of all bytes. */
  #spread(): void {
    this.#table = new Array<LexNext | undefined>(256).fill(undefined);
    for (const [byte, to] of this.#few) this.#table[byte] = to;
    for (let b = 0; b < 256; b++) if (((this.#dead[b >> 5]! >> (b & 31)) & 1) === 1) this.#table[b] = null;
    this.#few.clear();
  }

  /** The exit that any byte which does not go on means; null while the scalar is incomplete. */
  get ended(): Exit | null {
    return null;
  }

  protected abstract compute(byte: number): LexNext;
}

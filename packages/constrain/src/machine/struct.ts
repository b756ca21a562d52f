import { move } from '../regex/moves.ts';
import type { Re } from '../regex/pool.ts';
import type { Exit, Lex } from './lex.ts';
import type { Machine } from './machine.ts';

/** What a byte leads to: another place between scalars, or into a scalar (whose end the `receiver` hears of). */
export type Next = Struct | Lex | null;

/** A place between scalars: an immutable linked stack of open containers. Transitions are computed once. */
export abstract class Struct {
  readonly machine: Machine;
  readonly id: number;
  /** What may still come of the white space at this place. */
  readonly space: Re;
  /** Bytes whose transition is known; few of them lead anywhere. */
  readonly #computed = [0, 0, 0, 0, 0, 0, 0, 0];
  readonly #next = new Map<number, Struct | Lex>();
  readonly #exits = new Map<Exit, Struct | null>();

  constructor(machine: Machine, id: number, space: Re, unsettled = false) {
    this.unsettled = unsettled;
    this.machine = machine;
    this.id = id;
    this.space = space;
  }

  /** The place that is told when a scalar that starts here ends. */
  abstract get receiver(): Struct;
  /**
   * Whether the value or key that has just ended must be remembered before the text goes on: `settle` does so. Masks
   * walk on without; what they find then is a superset and is checked token by token.
   */
  readonly unsettled: boolean;

  /** Whether every next item can still differ from all earlier ones, whatever the last one was. */
  get roomy(): boolean {
    return true;
  }

  /** The same place with the value or key remembered that ends with the last byte; null when it must not occur again. */
  settle(_bytes: readonly number[]): Struct | null {
    return this;
  }

  /** Whether the text may end here. */
  get accepting(): boolean {
    return false;
  }

  /** Inside a character of several bytes: there are too many such places to keep them. */
  get transient(): boolean {
    return false;
  }

  step(byte: number): Next {
    const word = byte >> 5;
    const bit = 1 << (byte & 31);
    if ((this.#computed[word]! & bit) !== 0) return this.#next.get(byte) ?? null;
    const to = this.compute(byte);
    if (this.transient || (to instanceof Struct && to.transient)) return to;
    this.#computed[word]! |= bit;
    if (to !== null) this.#next.set(byte, to);
    return to;
  }

  protected compute(byte: number): Next {
    const { pool, liveness } = this.machine.algebra;
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) {
      const space = move(pool, this.space, byte);
      return liveness.live(space) ? this.spaced(space) : null;
    }
    return this.space.nullable ? this.advance(byte) : null;
  }

  /** The same place after some white space. */
  protected abstract spaced(space: Re): Struct;
  /** A byte that is not white space. */
  abstract advance(byte: number): Next;

  /** A scalar or key that started here has ended. */
  exit(exit: Exit): Struct | null {
    let to = this.#exits.get(exit);
    if (to === undefined) {
      to = this.finish(exit);
      this.#exits.set(exit, to);
    }
    return to;
  }

  protected finish(exit: Exit): Struct | null {
    return this.child([...new Set(exit.tags.map((t) => t.tag))].sort((a, b) => a - b));
  }

  /** A value that started here is complete and satisfies these goals of the place. */
  abstract child(satisfied: readonly number[]): Struct | null;
}

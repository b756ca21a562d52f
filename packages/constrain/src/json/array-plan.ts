import { ConstraintError } from '../errors.ts';
import type { Algebra } from './algebra.ts';
import { ArrayItem, type ArrayProgress } from './array-item.ts';
import { Distinct } from './distinct.ts';
import { isOpen } from './open.ts';
import type { Rivals } from './rivals.ts';
import type { ArrayConstant, ArrayShape } from './shape.ts';
import type { Term } from './term.ts';

/** What an array shape says about each position, whatever it excludes. */
export class ArrayPlan {
  readonly algebra: Algebra;
  readonly shape: ArrayShape;
  readonly id: number;
  readonly distinct: Distinct;
  readonly #items = new Map<string, ArrayItem>();
  readonly #runsOut: boolean[] = [];
  readonly #saturation: number;

  constructor(algebra: Algebra, shape: ArrayShape, id: number) {
    this.algebra = algebra;
    this.shape = shape;
    this.id = id;
    this.distinct = new Distinct(this);
    const froms = shape.contains.map((c) => c.from);
    this.#saturation = Math.max(shape.prefix.length, shape.min, ...froms);
    if (shape.contains.length > 0 && shape.repeats) {
      throw new ConstraintError('unsupported', 'uniqueItems: its negation together with contains', {
        keyword: 'uniqueItems',
      });
    }
    if (shape.contains.length > 4)
      throw new ConstraintError('limit', 'Too many constraints on what an array contains');
  }

  slot(i: number): Term {
    return this.shape.prefix[i] ?? this.shape.rest;
  }

  /** The largest number of items, and whether that is certain yet. */
  room(): { max: number; open: boolean } {
    const { prefix, max } = this.shape;
    for (let i = 0; i <= prefix.length && i < max; i++) {
      const status = this.algebra.emptiness.term(this.slot(i));
      if (status !== 'yes') return { max: i, open: status === 'maybe' };
    }
    return { max, open: false };
  }

  /**
   * Whether containers at a position can be used up: if not, one that equals an earlier item can always go on to become
   * another one, and need not be told apart before its last byte.
   */
  runsOut(i: number): boolean {
    const at = Math.min(i, this.shape.prefix.length);
    this.#runsOut[at] ??= this.shape.contains.length > 0 || !this.#alwaysOpen(at);
    return this.#runsOut[at];
  }

  #alwaysOpen(i: number): boolean {
    const { algebra } = this;
    return (['array', 'object'] as const).every((type) =>
      algebra.alternatives(this.slot(i), type).every((shape) => isOpen(algebra, shape)),
    );
  }

  item({ index, counts, used, known, repeats, rivals }: ArrayProgress): ArrayItem {
    const { shape } = this;
    const at: ArrayProgress = {
      index: shape.max === Infinity && rivals.length === 0 ? Math.min(index, this.#saturation) : index,
      counts: counts.map((n, i) => {
        const { min, max } = shape.contains[i]!;
        return max === Infinity ? Math.min(n, min) : n;
      }),
      used: shape.unique || repeats ? used : [],
      known: known && (shape.unique || repeats),
      repeats,
      rivals,
    };
    const told = at.used.length > 0 ? JSON.stringify(at.used) : '';
    const key = `${at.index};${at.counts.join()};${repeats ? 'r' : ''}${at.known ? 'k' : ''}${rivals.map((r) => r.id).join()};${told}`;
    let item = this.#items.get(key);
    if (!item) {
      item = new ArrayItem(this, `a${this.id};${key}`, at);
      this.#items.set(key, item);
    }
    return item;
  }

  /** Before the first item of an array that is to be none of the rivals. */
  start(rivals: Rivals<ArrayConstant>): ArrayItem {
    const { contains, repeats } = this.shape;
    const counts = contains.map(() => 0);
    return this.item({ index: 0, counts, used: [], known: true, repeats, rivals });
  }
}

import { ConstraintError } from '../errors.ts';
import type { Algebra } from './algebra.ts';
import { ArrayItem } from './array-item.ts';
import type { Status } from './emptiness.ts';
import type { ArrayShape } from './shape.ts';
import type { Term } from './term.ts';

/** What an array shape says about each position. */
export class ArrayPlan {
  readonly algebra: Algebra;
  readonly shape: ArrayShape;
  readonly id: number;
  readonly #items = new Map<string, ArrayItem>();
  readonly #saturation: number;
  #status: Status | null = null;

  constructor(algebra: Algebra, shape: ArrayShape, id: number) {
    this.algebra = algebra;
    this.shape = shape;
    this.id = id;
    const froms = shape.contains.map((c) => c.from);
    this.#saturation = Math.max(shape.prefix.length, shape.min, ...froms);
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

  item(index: number, counts: readonly number[], used: readonly string[]): ArrayItem {
    const at = this.shape.max === Infinity ? Math.min(index, this.#saturation) : index;
    const capped = counts.map((n, i) => {
      const { min, max } = this.shape.contains[i]!;
      return max === Infinity ? Math.min(n, min) : n;
    });
    const key = `${at};${capped.join()};${used.length > 0 ? JSON.stringify(used) : ''}`;
    let item = this.#items.get(key);
    if (!item) {
      item = new ArrayItem(this, `a${this.id};${key}`, at, capped, used);
      this.#items.set(key, item);
    }
    return item;
  }

  start(): ArrayItem {
    return this.item(
      0,
      this.shape.contains.map(() => 0),
      [],
    );
  }

  status(): Status {
    if (this.#status) return this.#status;
    const status = this.start().feasible();
    if (status !== 'maybe') this.#status = status;
    return status;
  }
}

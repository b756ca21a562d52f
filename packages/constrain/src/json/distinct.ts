import { ConstraintError } from '../errors.ts';
import type { ArrayItem } from './array-item.ts';
import type { ArrayPlan } from './array-plan.ts';
import { cardinality } from './cardinality.ts';
import { constantsTerm } from './constant.ts';
import type { Status } from './emptiness.ts';

import type { Term } from './term.ts';
import { valuesOf } from './values.ts';

/** Positions that must be filled and have fewer values than there are such positions: by index, with their values. */
type Tight = Map<number, readonly string[]>;

/** Decides whether the items of an array can all differ, or two of them be equal. */
export class Distinct {
  readonly #plan: ArrayPlan;

  constructor(plan: ArrayPlan) {
    this.#plan = plan;
  }

  /** Whether the positions that must still be filled have values that all differ. */
  possible(item: ArrayItem): Status {
    const { shape } = this.#plan;
    const { index } = item.at;
    if (!shape.unique || shape.min < 2 || shape.min <= index) return 'yes';
    const tight = this.#tight(item, index, shape.min - index);
    if (tight === 'maybe') return 'maybe';
    return this.#assignable(tight) ? 'yes' : 'no';
  }

  /** Values that the next item must leave to later positions, which cannot all be filled otherwise. */
  doomed(item: ArrayItem): unknown[] {
    const { shape } = this.#plan;
    const next = item.at.index + 1;
    if (!shape.unique || shape.min - next < 1) return [];
    // One value more than positions: whichever the next item takes, enough are left.
    const tight = this.#tight(item, next, shape.min - next + 1);
    if (tight === 'maybe' || tight.size === 0) return [];
    const values = new Set([...tight.values()].flat());
    const doomed = [...values].filter((text) => !this.#assignable(tight, text));
    return doomed.map((text): unknown => JSON.parse(text));
  }

  /** The positions from `from` on that must be filled and have less than `enough` values. */
  #tight(item: ArrayItem, from: number, enough: number): Tight | 'maybe' {
    const { shape, algebra } = this.#plan;
    const tight: Tight = new Map();
    const tail = Math.max(from, shape.prefix.length);
    for (let i = from; i < Math.min(shape.min, tail + 1); i++) {
      const term = item.unused(this.#plan.slot(i), i);
      if (cardinality(algebra, term, enough) >= enough) continue;
      const values = this.#values(term);
      if (values === 'maybe') return 'maybe';
      const last = i < tail ? i : Math.min(shape.min - 1, tail + values.length);
      for (let k = i; k <= last; k++) tight.set(k, values);
    }
    return tight;
  }

  #values(term: Term): readonly string[] | 'maybe' {
    const values = valuesOf(this.#plan.algebra, term);
    if (values !== null) return values;
    throw new ConstraintError('unsupported', 'uniqueItems: the values of an item cannot be counted', {
      pointer: term.pointer,
      keyword: 'uniqueItems',
    });
  }

  /** Whether each position gets a value of its own, `without` being taken: a matching by augmenting paths. */
  #assignable(tight: Tight, without?: string): boolean {
    const owner = new Map<string, number>();
    const { fuel } = this.#plan.algebra;
    const assign = (position: number, tried: Set<string>): boolean => {
      for (const value of tight.get(position)!) {
        fuel.spend();
        if (value === without || tried.has(value)) continue;
        tried.add(value);
        const holder = owner.get(value);
        if (holder !== undefined && !assign(holder, tried)) continue;
        owner.set(value, position);
        return true;
      }
      return false;
    };
    return [...tight.keys()].every((position) => assign(position, new Set()));
  }

  /** The values of the next item after which two items can still be equal. */
  repeatable(item: ArrayItem): Term {
    const { terms } = this.#plan.algebra;
    const next = item.at.index + 1;
    if (this.#repeats(next, item.at.used) === 'yes') return terms.true;
    const last = Math.min(this.#plan.room().max - 1, Math.max(next, this.#plan.shape.prefix.length));
    const later = Array.from({ length: Math.max(0, last - next + 1) }, (_, k) => this.#plan.slot(next + k));
    return terms.or(later);
  }

  /** Whether an item that is still to come can equal another one, earlier or later. */
  repeats(item: ArrayItem): Status {
    const { index, used, known } = item.at;
    // Of a last item that is not known yet, this was asked before it was read.
    if (!known) return index < this.#plan.room().max ? 'yes' : 'no';
    return this.#repeats(index, used);
  }

  #repeats(index: number, used: readonly string[]): Status {
    const { algebra, shape } = this.#plan;
    const { terms, emptiness } = algebra;
    const { max, open } = this.#plan.room();
    const tail = Math.max(index, shape.prefix.length);
    const known = constantsTerm(
      algebra,
      used.map((text): unknown => JSON.parse(text)),
    );
    let maybe = open;
    for (let j = index; j < Math.min(max, tail + 2); j++) {
      const earlier = Array.from(
        { length: Math.min(j, tail) - index + (j > tail ? 1 : 0) },
        (_, k) => index + k,
      );
      const others = [known, ...earlier.map((i) => this.#plan.slot(i))];
      for (const other of others) {
        const status = emptiness.term(terms.and([this.#plan.slot(j), other]));
        if (status === 'yes') return 'yes';
        if (status === 'maybe') maybe = true;
      }
    }
    return maybe ? 'maybe' : 'no';
  }
}

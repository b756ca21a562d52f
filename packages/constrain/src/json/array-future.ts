import type { ArrayItem, ItemOption } from './array-item.ts';
import type { Status } from './emptiness.ts';
import type { Contains } from './shape.ts';

/** Whether an array can still be completed. */
export class ArrayFuture {
  readonly #item: ArrayItem;

  constructor(item: ArrayItem) {
    this.#item = item;
  }

  status(): Status {
    const plain = this.#plain();
    return plain === 'yes' && this.#item.at.rivals.length > 0 ? this.#avoids() : plain;
  }

  /** Whether it can, if it may become an excluded value. */
  #plain(): Status {
    const { plan, at } = this.#item;
    const { shape } = plan;
    const { max, open } = plan.room();
    const no: Status = open ? 'maybe' : 'no';
    if (shape.min > max || at.index > max) return no;
    let needed = 0;
    for (const [i, contains] of shape.contains.entries()) {
      const status = this.#contained(contains, at.counts[i]!, max);
      if (status !== 'yes') return open ? 'maybe' : status;
      needed += Math.max(0, contains.min - at.counts[i]!);
    }
    const after = Math.max(at.index, Math.min(...shape.contains.map((c) => c.from)));
    if (shape.contains.length > 1 && needed > max - after) return no;
    if (at.repeats) {
      const status = plan.distinct.repeats(this.#item);
      return status === 'no' ? no : status;
    }
    const status = plan.distinct.possible(this.#item);
    return status === 'no' ? no : status;
  }

  #contained(contains: Contains, count: number, max: number): Status {
    const { plan, at } = this.#item;
    const { emptiness, terms } = plan.algebra;
    const { prefix, min } = plan.shape;
    if (count > contains.max) return 'no';
    let missing = contains.min - count;
    let surplus = min - at.index - (contains.max - count);
    let open = false;
    const last = Math.min(max, Math.max(prefix.length, at.index, contains.from) + 1);
    for (let i = at.index; i < last && (missing > 0 || surplus > 0); i++) {
      const repeats = i >= prefix.length ? max - i : 1;
      const hit = i < contains.from ? 'no' : emptiness.term(terms.and([plan.slot(i), contains.term]));
      if (hit === 'yes') missing -= repeats;
      const miss = emptiness.term(terms.and([plan.slot(i), terms.not(contains.term)]));
      if (surplus > 0 && miss === 'no') return 'no';
      if (surplus > 0 && miss === 'yes') surplus = i >= prefix.length ? 0 : surplus - 1;
      open ||= hit === 'maybe' || miss === 'maybe';
    }
    return missing <= 0 ? 'yes' : open ? 'maybe' : 'no';
  }

  /** Whether some completion is none of the rivals: at once, by another length or by another value. */
  #avoids(): Status {
    if (this.#item.closes) return 'yes';
    let open = false;
    for (const way of this.#item.ways()) {
      const status = this.#both(way);
      if (status === 'yes') return 'yes';
      if (status === 'maybe') open = true;
    }
    return open ? 'maybe' : 'no';
  }

  #both({ term, next }: ItemOption): Status {
    const after = next.feasible();
    if (after === 'no') return 'no';
    const value = this.#item.plan.algebra.emptiness.term(term);
    return value === 'yes' ? after : value;
  }
}

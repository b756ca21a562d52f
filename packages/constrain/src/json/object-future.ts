import type { Status } from './emptiness.ts';
import type { KeyOption, ObjectItem } from './object-item.ts';
import { otherWays, waysOf } from './object-ways.ts';
import { Obligations } from './obligations.ts';

/** Whether an object can still be completed. */
export class ObjectFuture {
  readonly #item: ObjectItem;

  constructor(item: ObjectItem) {
    this.#item = item;
  }

  status(): Status {
    const plain = this.#plain();
    return plain === 'yes' && this.#item.at.rivals.length > 0 ? this.#avoids() : plain;
  }

  /** Whether it can, if it may become an excluded value. */
  #plain(): Status {
    const item = this.#item;
    const { plan, at } = item;
    const { max, min } = plan.shape;
    const needed = item.needed();
    if (needed.size > max - at.count) return 'no';
    let open = false;
    for (const i of needed) {
      const status = item.passed(i) ? 'no' : plan.nameStatus(i);
      if (status === 'no') return 'no';
      if (status === 'maybe') open = true;
    }
    if (min > max) return 'no';
    if (min > at.count + needed.size || at.pending.length > 0) {
      const status = this.#enough(needed);
      if (status !== 'yes') return status;
    }
    return open ? 'maybe' : 'yes';
  }

  #enough(needed: ReadonlySet<number>): Status {
    const item = this.#item;
    const { plan, at } = item;
    const { algebra } = plan;
    let open = false;
    let available = needed.size;
    for (let i = 0; i < plan.names.length; i++) {
      if (item.has(i) || needed.has(i) || item.passed(i)) continue;
      const status = this.#freeStatus(i);
      if (status === 'yes') available++;
      else if (status === 'maybe') open = true;
    }
    for (const { re, term } of item.classes()) {
      const status = algebra.emptiness.term(term);
      if (status === 'yes') available += item.left(re);
      else if (status === 'maybe') open = true;
    }
    if (available < plan.shape.min - at.count) return open ? 'maybe' : 'no';
    if (at.pending.length === 0) return 'yes';
    const free = (i: number) => !item.has(i) && this.#freeStatus(i) === 'yes';
    const room = plan.shape.max - at.count;
    return new Obligations(item, free).met(needed, room, open);
  }

  /** Whether a name that is not needed may come, with all that it implies. */
  #freeStatus(i: number): Status {
    const item = this.#item;
    const { plan, at } = item;
    const own = item.passed(i) ? 'no' : plan.nameStatus(i);
    if (own !== 'yes' || plan.shape.implied.length === 0) return own;
    let status: Status = 'yes';
    const after = plan.item({ ...at, seen: at.seen | (1n << BigInt(i)), count: at.count + 1, rivals: [] });
    for (const other of after.needed()) {
      const of = item.passed(other) ? 'no' : plan.nameStatus(other);
      if (of === 'no') return 'no';
      if (of === 'maybe') status = 'maybe';
    }
    return status;
  }

  /** Whether some completion is none of the rivals: at once, by any key that none of them has, or by another value. */
  #avoids(): Status {
    const item = this.#item;
    if (item.closes) return 'yes';
    let open = false;
    for (const way of this.#ways()) {
      const status = this.#both(way);
      if (status === 'yes') return 'yes';
      if (status === 'maybe') open = true;
    }
    return open ? 'maybe' : 'no';
  }

  /** Those that leave no rivals first: one of them will nearly always do. */
  *#ways(): Iterable<KeyOption> {
    const item = this.#item;
    const close: KeyOption[] = [];
    for (const { option } of otherWays(item)) yield option;
    for (let i = 0; i < item.plan.names.length; i++) {
      for (const way of waysOf(item, i)) {
        if (way.rivals.length === 0) yield way;
        else close.push(way);
      }
    }
    yield* close;
  }

  #both(way: KeyOption): Status {
    const after = way.next.feasible();
    if (after === 'no') return 'no';
    const value = this.#item.plan.algebra.emptiness.term(way.term);
    return value === 'yes' ? after : value;
  }
}

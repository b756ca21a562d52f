import { ConstraintError } from '../errors.ts';
import type { Status } from './emptiness.ts';
import type { ObjectItem } from './object-item.ts';
import type { ObjectPlan } from './object-plan.ts';

const MAX_PENDING = 4;

/** Whether keys can still come that have the values which negated constraints demand of some key. */
export class Obligations {
  readonly #item: ObjectItem;
  readonly #plan: ObjectPlan;
  readonly #pending: readonly number[];
  readonly #candidates: Map<number, number[]>;

  /** `free`: whether a name may still come. */
  constructor(item: ObjectItem, free: (name: number) => boolean) {
    const { pending } = item.at;
    if (pending.length > MAX_PENDING) {
      throw new ConstraintError('limit', 'Too many negated constraints on the keys of one object');
    }
    this.#item = item;
    this.#plan = item.plan;
    this.#pending = pending;
    this.#candidates = new Map(pending.map((p) => [p, this.#names(p, free)]));
  }

  #names(pending: number, free: (name: number) => boolean): number[] {
    const { algebra, shape, names } = this.#plan;
    const { re, term } = shape.exists[pending]!;
    const fits = (i: number) =>
      this.#plan.matchesName(i, re) &&
      free(i) &&
      algebra.hasValue(algebra.terms.and([this.#plan.term(i), term]));
    return names.map((_, i) => i).filter(fits);
  }

  /**
   * Each obligation gets a key of its own: first among the needed names, which cost no extra room. `open`: whether some
   * keys are not yet known to be possible.
   */
  met(needed: ReadonlySet<number>, room: number, open: boolean): Status {
    const owner = new Map<number, number>();
    const all = (p: number) => this.#candidates.get(p)!;
    const inside = (p: number) => all(p).filter((i) => needed.has(i));
    let extra = 0;
    for (const pending of this.#pending) {
      if (assign(pending, inside, owner)) continue;
      extra++;
      if (!this.#byClass(pending) && !assign(pending, all, owner)) return open ? 'maybe' : 'no';
    }
    return needed.size + extra <= room ? 'yes' : 'no';
  }

  #byClass(pending: number): boolean {
    const { algebra, shape } = this.#plan;
    const { re, term } = shape.exists[pending]!;
    return this.#item.classes().some((c) => {
      const enough = this.#item.left(c.re, re) >= this.#pending.length;
      return enough && algebra.hasValue(algebra.terms.and([c.term, term]));
    });
  }
}

/** Bipartite matching by augmenting paths; `owner` maps keys to the obligations that hold them. */
function assign(
  pending: number,
  keys: (pending: number) => number[],
  owner: Map<number, number>,
  tried = new Set<number>(),
): boolean {
  for (const i of keys(pending)) {
    if (tried.has(i)) continue;
    tried.add(i);
    const holder = owner.get(i);
    if (holder === undefined || assign(holder, keys, owner, tried)) {
      owner.set(i, pending);
      return true;
    }
  }
  return false;
}

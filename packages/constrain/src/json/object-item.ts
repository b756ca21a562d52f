import type { Re } from '../regex/pool.ts';
import type { Status } from './emptiness.ts';
import { ObjectFuture } from './object-future.ts';
import type { ObjectPlan } from './object-plan.ts';
import { isOver, otherWays, waysOf } from './object-ways.ts';
import type { Rivals } from './rivals.ts';
import type { ObjectConstant } from './shape.ts';
import type { Term } from './term.ts';

/** One way to go on with a key: what its value satisfies and the object after it, which is made when asked for. */
export class KeyOption {
  readonly term: Term;
  readonly rivals: Rivals;
  #next: ObjectItem | (() => ObjectItem);

  constructor(term: Term, rivals: Rivals, next: () => ObjectItem) {
    this.term = term;
    this.rivals = rivals;
    this.#next = next;
  }

  get next(): ObjectItem {
    if (typeof this.#next === 'function') this.#next = this.#next();
    return this.#next;
  }
}

/** What an object's members so far have in common with all equally good ones. */
export type ObjectProgress = {
  /** Names that have come, as bits. */
  readonly seen: bigint;
  readonly count: number;
  /** Obligations, by index, that no key has met. */
  readonly pending: readonly number[];
  /** Keys without a name that have come, where they must be told apart. */
  readonly extras: readonly string[];
  /** The class of a last key that is yet to be remembered among those. */
  readonly fresh: Re | null;
  readonly rivals: Rivals<ObjectConstant>;
};

const NONE: ReadonlySet<number> = new Set();

/** An object's members so far, as one alternative sees them. */
export class ObjectItem {
  readonly plan: ObjectPlan;
  readonly key: string;
  readonly at: ObjectProgress;
  #feasible: Status | null = null;
  #others: { re: Re; option: KeyOption }[] | null = null;
  #namesRe: Re | null = null;
  #classes: { re: Re; term: Term }[] | null = null;
  #needed: ReadonlySet<number> | null = null;

  constructor(plan: ObjectPlan, key: string, at: ObjectProgress) {
    this.plan = plan;
    this.key = key;
    this.at = at;
  }

  has(i: number): boolean {
    return ((this.at.seen >> BigInt(i)) & 1n) === 1n;
  }

  /** Whether the object may end here. */
  get closes(): boolean {
    const { pending, count } = this.at;
    return (
      pending.length === 0 && count >= this.plan.shape.min && this.needed().size === 0 && !this.#isRival()
    );
  }

  /** Whether the members so far are all those of an excluded value. */
  #isRival(): boolean {
    if (this.at.rivals.length === 0) return false;
    const members = this.at.seen.toString(2).replaceAll('0', '').length;
    return this.at.rivals.some((r) => Object.keys(r.value).length === members);
  }

  /** Names that must still come. */
  needed(): ReadonlySet<number> {
    this.#needed ??= this.#makeNeeded();
    return this.#needed;
  }

  #makeNeeded(): ReadonlySet<number> {
    const { shape, index, implied } = this.plan;
    if (shape.required.length === 0 && implied.size === 0) return NONE;
    const needed = new Set<number>();
    const add = (i: number) => {
      if (!this.has(i)) needed.add(i);
    };
    for (const name of shape.required) add(index.get(name)!);
    for (const [i, others] of implied) if (this.has(i)) for (const other of others) add(other);
    for (const i of needed) for (const other of implied.get(i) ?? []) add(other);
    return needed.size > 0 ? needed : NONE;
  }

  /** Whether some completion exists. */
  feasible(): Status {
    if (this.#feasible) return this.#feasible;
    const status = new ObjectFuture(this).status();
    if (status !== 'maybe') this.#feasible = status;
    return status;
  }

  /** The keys without a name that may still come. */
  classes(): readonly { re: Re; term: Term }[] {
    if (this.at.extras.length === 0) return this.plan.classes();
    if (!this.#classes) {
      const { pool, liveness } = this.plan.algebra;
      const fresh = pool.not(pool.words(this.at.extras));
      const left = this.plan.classes().map((c) => ({ re: pool.and([c.re, fresh]), term: c.term }));
      this.#classes = left.filter((c) => liveness.live(c.re));
    }
    return this.#classes;
  }

  /** The names that may come next, as an expression. */
  namesRe(): Re {
    const { names } = this.plan;
    this.#namesRe ??= this.plan.algebra.pool.words(names.filter((_, i) => this.#mayCome(i)));
    return this.#namesRe;
  }

  #mayCome(i: number): boolean {
    if (isOver(this, i) || this.plan.nameStatus(i) !== 'yes') return false;
    return (this.plan.isFree(i) && this.#differs(i)) || this.#optionsOf(i).length > 0;
  }

  /** Whether the name has plainly more values than the rivals do. */
  #differs(i: number): boolean {
    const { plan, at } = this;
    const name = plan.names[i]!;
    let values = 0;
    for (const rival of at.rivals) if (Object.hasOwn(rival.value, name)) values++;
    return values === 0 || plan.algebra.hasMoreThan(plan.term(i), values);
  }

  /** The ways to go on with a name that may come next. */
  optionsOf(name: string): readonly KeyOption[] {
    return this.#optionsOf(this.plan.index.get(name)!);
  }

  #optionsOf(i: number): KeyOption[] {
    const free = this.plan.isFree(i);
    return waysOf(this, i).filter((way) => this.#leadsOn(way, free));
  }

  /** `free`: after the key the object can be completed because it can be now. */
  #leadsOn(way: KeyOption, free = false): boolean {
    if ((!free || way.rivals.length > 0) && way.next.feasible() !== 'yes') return false;
    return this.plan.algebra.hasValue(way.term);
  }

  /** Whether a name can no longer come, because one that is declared after it has come. */
  passed(i: number): boolean {
    const { plan } = this;
    if (!plan.algebra.ordered) return false;
    const at = plan.declaredAt(i);
    for (let j = 0; j < plan.names.length; j++) if (this.has(j) && plan.declaredAt(j) > at) return true;
    return false;
  }

  /** How many keys of a class that lie in an expression can still come. */
  left(keys: Re, within: Re = keys): number {
    const { pool, liveness } = this.plan.algebra;
    const count = liveness.count(within === keys ? keys : pool.and([keys, within]));
    return keys === this.at.fresh ? Math.max(0, count - 1) : count;
  }

  /** The ways to go on with a key that has no name in the schema; `tracked`: the key's text matters afterwards. */
  others(): readonly { re: Re; option: KeyOption }[] {
    this.#others ??= otherWays(this).filter((w) => this.#leadsOn(w.option));
    return this.#others;
  }

  /** Whether the texts of unnamed keys must be told apart from now on. */
  get tracks(): boolean {
    return this.plan.shape.exists.length > 0 || this.at.count < this.plan.shape.min;
  }

  /** The same members, with one more unnamed key remembered. */
  remember(key: string): ObjectItem {
    return this.plan.item({ ...this.at, extras: [...this.at.extras, key].sort(), fresh: null });
  }
}

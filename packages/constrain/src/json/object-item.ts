import type { Re } from '../regex/pool.ts';
import type { Status } from './emptiness.ts';
import type { ObjectPlan } from './object-plan.ts';
import { Obligations } from './obligations.ts';
import type { Term } from './term.ts';

/** One way to go on with a key: what its value satisfies and the object after it. */
export type KeyOption = { term: Term; next: ObjectItem };

/** An object's members so far, as one alternative sees them. */
export class ObjectItem {
  readonly plan: ObjectPlan;
  readonly key: string;
  readonly #seen: bigint;
  readonly #count: number;
  readonly #pending: readonly number[];
  readonly #extras: readonly string[];
  #feasible: Status | null = null;
  #named: Map<string, KeyOption[]> | null = null;
  #others: { re: Re; option: KeyOption }[] | null = null;
  #namesRe: Re | null = null;

  constructor(
    plan: ObjectPlan,
    key: string,
    seen: bigint,
    count: number,
    pending: readonly number[],
    extras: readonly string[],
  ) {
    this.plan = plan;
    this.key = key;
    this.#seen = seen;
    this.#count = count;
    this.#pending = pending;
    this.#extras = extras;
  }

  has(i: number): boolean {
    return ((this.#seen >> BigInt(i)) & 1n) === 1n;
  }

  /** Whether the object may end here. */
  get closes(): boolean {
    const { shape } = this.plan;
    return this.#pending.length === 0 && this.#count >= shape.min && this.#needed().size === 0;
  }

  /** Names that must still come. */
  #needed(): Set<number> {
    const { shape, index } = this.plan;
    const needed = new Set<number>();
    const add = (name: string) => {
      const i = index.get(name)!;
      if (!this.has(i)) needed.add(i);
    };
    for (const name of shape.required) add(name);
    for (let size = -1; size < needed.size; ) {
      size = needed.size;
      for (const [name, others] of shape.implied) {
        const i = index.get(name)!;
        if (this.has(i) || needed.has(i)) for (const other of others) add(other);
      }
    }
    return needed;
  }

  /** Whether some completion exists. */
  feasible(): Status {
    if (this.#feasible) return this.#feasible;
    const status = this.#decide();
    if (status !== 'maybe') this.#feasible = status;
    return status;
  }

  #decide(): Status {
    const { plan } = this;
    const { max, min } = plan.shape;
    const needed = this.#needed();
    if (needed.size > max - this.#count) return 'no';
    let open = false;
    for (const i of needed) {
      const status = this.#passed(i) ? 'no' : plan.nameStatus(i);
      if (status === 'no') return 'no';
      if (status === 'maybe') open = true;
    }
    if (min > max) return 'no';
    if (min > this.#count + needed.size || this.#pending.length > 0) {
      const status = this.#enough(needed);
      if (status !== 'yes') return status;
    }
    return open ? 'maybe' : 'yes';
  }

  #enough(needed: ReadonlySet<number>): Status {
    const { plan } = this;
    const { algebra } = plan;
    let open = false;
    let available = needed.size;
    for (let i = 0; i < plan.names.length; i++) {
      if (this.has(i) || needed.has(i) || this.#passed(i)) continue;
      const status = this.#freeStatus(i);
      if (status === 'yes') available++;
      else if (status === 'maybe') open = true;
    }
    for (const { re, term } of this.#classes()) {
      const status = algebra.emptiness.term(term);
      if (status === 'yes') available += algebra.liveness.count(re);
      else if (status === 'maybe') open = true;
    }
    if (available < plan.shape.min - this.#count) return open ? 'maybe' : 'no';
    if (this.#pending.length === 0) return 'yes';
    const free = (i: number) => !this.has(i) && this.#freeStatus(i) === 'yes';
    const room = plan.shape.max - this.#count;
    return new Obligations(plan, this.#pending, this.#classes(), free).met(needed, room, open);
  }

  /** Whether a name that is not needed may come, with all that it implies. */
  #freeStatus(i: number): Status {
    const own = this.#passed(i) ? 'no' : this.plan.nameStatus(i);
    if (own !== 'yes' || this.plan.shape.implied.length === 0) return own;
    let status: Status = 'yes';
    for (const other of this.#withName(i).#needed()) {
      const of = this.#passed(other) ? 'no' : this.plan.nameStatus(other);
      if (of === 'no') return 'no';
      if (of === 'maybe') status = 'maybe';
    }
    return status;
  }

  #withName(i: number): ObjectItem {
    return this.plan.item(this.#seen | (1n << BigInt(i)), this.#count + 1, this.#pending, this.#extras);
  }

  #classes(): { re: Re; term: Term }[] {
    const { pool, liveness } = this.plan.algebra;
    if (this.#extras.length === 0) return [...this.plan.classes()];
    const fresh = pool.not(pool.words(this.#extras));
    const left = this.plan.classes().map((c) => ({ re: pool.and([c.re, fresh]), term: c.term }));
    return left.filter((c) => liveness.live(c.re));
  }

  /** The ways to go on with each name that may come next. */
  named(): ReadonlyMap<string, readonly KeyOption[]> {
    this.#named ??= this.#makeNamed();
    return this.#named;
  }

  /** The next names, as an expression. */
  namesRe(): Re {
    this.#namesRe ??= this.plan.algebra.pool.words(this.named().keys());
    return this.#namesRe;
  }

  #makeNamed(): Map<string, KeyOption[]> {
    const out = new Map<string, KeyOption[]>();
    const { plan } = this;
    if (this.#count >= plan.shape.max) return out;
    for (let i = 0; i < plan.names.length; i++) {
      if (this.has(i) || plan.nameStatus(i) !== 'yes' || !this.#inOrder(i)) continue;
      const due = this.#pending.filter((p) => plan.matchesName(i, plan.shape.exists[p]!.re));
      const seen = this.#seen | (1n << BigInt(i));
      const extras = this.#extras;
      const options = this.#options(plan.term(i), due, (pending) =>
        plan.item(seen, this.#count + 1, pending, extras),
      );
      if (options.length > 0) out.set(plan.names[i]!, options);
    }
    return out;
  }

  /** Whether a name can no longer come, because one that is declared after it has come. */
  #passed(i: number): boolean {
    const { plan } = this;
    if (!plan.algebra.ordered) return false;
    const at = plan.declaredAt(i);
    for (let j = 0; j < plan.names.length; j++) if (this.has(j) && plan.declaredAt(j) > at) return true;
    return false;
  }

  #inOrder(i: number): boolean {
    const { plan } = this;
    if (!plan.algebra.ordered) return true;
    if (this.#passed(i)) return false;
    const at = plan.declaredAt(i);
    for (const j of this.#needed()) if (plan.declaredAt(j) < at) return false;
    return true;
  }

  #options(base: Term, due: readonly number[], next: (pending: number[]) => ObjectItem): KeyOption[] {
    const { algebra, shape } = this.plan;
    const out: KeyOption[] = [];
    for (let chosen = 0; chosen < 1 << due.length; chosen++) {
      const met = due.filter((_, bit) => (chosen >> bit) & 1);
      const term = algebra.terms.and([base, ...met.map((p) => shape.exists[p]!.term)]);
      const item = next(this.#pending.filter((p) => !met.includes(p)));
      if (item.feasible() === 'yes' && algebra.hasValue(term)) out.push({ term, next: item });
    }
    return out;
  }

  /** The ways to go on with a key that has no name in the schema; `tracked`: the key's text matters afterwards. */
  others(): readonly { re: Re; option: KeyOption }[] {
    this.#others ??= this.#makeOthers();
    return this.#others;
  }

  #makeOthers(): { re: Re; option: KeyOption }[] {
    const { plan } = this;
    const { algebra, shape } = plan;
    if (this.#count >= shape.max) return [];
    if (algebra.ordered && this.#needed().size > 0) return [];
    const seen = algebra.ordered ? (1n << BigInt(plan.names.length)) - 1n : this.#seen;
    const out: { re: Re; option: KeyOption }[] = [];
    for (const { re, term } of this.#classes()) {
      for (let chosen = 0; chosen < 1 << this.#pending.length; chosen++) {
        const met = this.#pending.filter((_, bit) => (chosen >> bit) & 1);
        const within = algebra.pool.and([re, ...met.map((p) => shape.exists[p]!.re)]);
        if (!algebra.liveness.live(within)) continue;
        const all = algebra.terms.and([term, ...met.map((p) => shape.exists[p]!.term)]);
        const pending = this.#pending.filter((p) => !met.includes(p));
        const next = plan.item(seen, this.#count + 1, pending, this.#extras);
        if (next.feasible() === 'yes' && algebra.hasValue(all))
          out.push({ re: within, option: { term: all, next } });
      }
    }
    return out;
  }

  /** Whether the texts of unnamed keys must be told apart from now on. */
  get tracks(): boolean {
    return this.plan.shape.exists.length > 0 || this.#count < this.plan.shape.min;
  }

  /** The same members, with one more unnamed key remembered. */
  remember(key: string): ObjectItem {
    const extras = [...this.#extras, key].sort();
    return this.plan.item(this.#seen, this.#count, this.#pending, extras);
  }
}

import type { ArrayPlan } from './array-plan.ts';
import { cardinality } from './cardinality.ts';
import { constantTerm } from './constant.ts';
import type { Status } from './emptiness.ts';
import type { Contains } from './shape.ts';
import type { Term } from './term.ts';

export type ItemOption = { term: Term; next: ArrayItem };

/** An array's items so far, as one alternative sees them. */
export class ArrayItem {
  readonly plan: ArrayPlan;
  readonly key: string;
  readonly #index: number;
  readonly #counts: readonly number[];
  readonly #used: readonly string[];
  #feasible: Status | null = null;
  #options: ItemOption[] | null = null;

  constructor(
    plan: ArrayPlan,
    key: string,
    index: number,
    counts: readonly number[],
    used: readonly string[],
  ) {
    this.plan = plan;
    this.key = key;
    this.#index = index;
    this.#counts = counts;
    this.#used = used;
  }

  /** Whether the array may end here. */
  get closes(): boolean {
    const { min, contains } = this.plan.shape;
    return this.#index >= min && contains.every((c, i) => this.#counts[i]! >= c.min);
  }

  /** Whether the next item's value must be known once it is complete. */
  get tracks(): boolean {
    return this.plan.shape.unique && this.plan.shape.max > 1;
  }

  feasible(): Status {
    if (this.#feasible) return this.#feasible;
    const status = this.#decide();
    if (status !== 'maybe') this.#feasible = status;
    return status;
  }

  #decide(): Status {
    const { shape } = this.plan;
    const { max, open } = this.plan.room();
    const no: Status = open ? 'maybe' : 'no';
    if (shape.min > max || this.#index > max) return no;
    let needed = 0;
    for (const [i, contains] of shape.contains.entries()) {
      const status = this.#contained(contains, this.#counts[i]!, max);
      if (status !== 'yes') return open ? 'maybe' : status;
      needed += Math.max(0, contains.min - this.#counts[i]!);
    }
    const after = Math.max(this.#index, Math.min(...shape.contains.map((c) => c.from)));
    if (shape.contains.length > 1 && needed > max - after) return no;
    return this.#distinct() ? 'yes' : no;
  }

  #contained(contains: Contains, count: number, max: number): Status {
    const { emptiness, terms } = this.plan.algebra;
    const { prefix, min } = this.plan.shape;
    if (count > contains.max) return 'no';
    let missing = contains.min - count;
    let surplus = min - this.#index - (contains.max - count);
    let open = false;
    const last = Math.min(max, Math.max(prefix.length, this.#index, contains.from) + 1);
    for (let i = this.#index; i < last && (missing > 0 || surplus > 0); i++) {
      const repeats = i >= prefix.length ? max - i : 1;
      const hit = i < contains.from ? 'no' : emptiness.term(terms.and([this.plan.slot(i), contains.term]));
      if (hit === 'yes') missing -= repeats;
      const miss = emptiness.term(terms.and([this.plan.slot(i), terms.not(contains.term)]));
      if (surplus > 0 && miss === 'no') return 'no';
      if (surplus > 0 && miss === 'yes') surplus = i >= prefix.length ? 0 : surplus - 1;
      open ||= hit === 'maybe' || miss === 'maybe';
    }
    return missing <= 0 ? 'yes' : open ? 'maybe' : 'no';
  }

  /** Every position that must still be filled has at least as many unused values as there are such positions. */
  #distinct(): boolean {
    const { shape, algebra } = this.plan;
    const left = shape.min - this.#index;
    if (!shape.unique || left < 1 || shape.min < 2) return true;
    const last = Math.min(shape.min, shape.prefix.length + 1);
    for (let i = Math.min(this.#index, last - 1); i < last; i++) {
      if (cardinality(algebra, this.#unused(this.plan.slot(i)), left) < left) return false;
    }
    return true;
  }

  #unused(term: Term): Term {
    const { algebra } = this.plan;
    const scalars = this.#used.filter((text) => !/^[[{]/.test(text));
    const used = scalars.map((text) => algebra.terms.not(constantTerm(algebra, JSON.parse(text))));
    return used.length > 0 ? algebra.terms.and([term, ...used]) : term;
  }

  /** Whether the next item has endlessly many values, so that the earlier ones never use them up. */
  get roomy(): boolean {
    const { algebra } = this.plan;
    return cardinality(algebra, this.plan.slot(this.#index), Infinity) === Infinity;
  }

  /** The ways to go on with another item. */
  options(): readonly ItemOption[] {
    this.#options ??= this.#makeOptions();
    return this.#options;
  }

  #makeOptions(): ItemOption[] {
    const { plan } = this;
    if (this.#index >= plan.room().max) return [];
    let partial: { terms: Term[]; counts: number[] }[] = [
      { terms: [this.#unused(plan.slot(this.#index))], counts: [] },
    ];
    for (const [i, contains] of plan.shape.contains.entries()) {
      partial = partial.flatMap((p) =>
        this.#choices(contains, this.#counts[i]!).map(([term, n]) => ({
          terms: [...p.terms, term],
          counts: [...p.counts, n],
        })),
      );
    }
    const out: ItemOption[] = [];
    for (const { terms, counts } of partial) {
      const term = plan.algebra.terms.and(terms);
      const next = plan.item(this.#index + 1, counts, this.#used);
      if (plan.algebra.hasValue(term) && next.feasible() === 'yes') out.push({ term, next });
    }
    return out;
  }

  #choices(contains: Contains, count: number): [Term, number][] {
    const { terms } = this.plan.algebra;
    if (this.#index < contains.from) return [[terms.true, count]];
    if (contains.max === Infinity) {
      const skip: [Term, number] = [terms.true, count];
      return count < contains.min ? [[contains.term, count + 1], skip] : [skip];
    }
    const skip: [Term, number] = [terms.not(contains.term), count];
    return count < contains.max ? [[contains.term, count + 1], skip] : [skip];
  }

  /** The same items, the last of them known; `text` is its canonical JSON. Null when it occurred before. */
  remember(text: string): ArrayItem | null {
    if (this.#used.includes(text)) return null;
    return this.plan.item(this.#index, this.#counts, [...this.#used, text].sort());
  }
}

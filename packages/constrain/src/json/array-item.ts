import { ArrayFuture } from './array-future.ts';
import type { ArrayPlan } from './array-plan.ts';
import { cardinality } from './cardinality.ts';
import { constantsTerm } from './constant.ts';
import type { Status } from './emptiness.ts';
import { type Rivals, splitByRivals } from './rivals.ts';
import type { ArrayConstant, Contains } from './shape.ts';
import type { Term } from './term.ts';

const valuesOf = (texts: readonly string[]): unknown[] => texts.map((text): unknown => JSON.parse(text));

const added = (texts: readonly string[], text: string): readonly string[] =>
  texts.includes(text) ? texts : [...texts, text].sort();

export type ItemOption = { term: Term; next: ArrayItem };

/** What an array's items so far have in common with all equally good ones. */
export type ArrayProgress = {
  readonly index: number;
  /** How many items have met each of the shape's `contains`. */
  readonly counts: readonly number[];
  /** Canonical texts of the items so far, where they must be told apart. */
  readonly used: readonly string[];
  /** Whether the last item is among those; else it is yet to be remembered. */
  readonly known: boolean;
  /** Whether two equal items must still come. */
  readonly repeats: boolean;
  readonly rivals: Rivals<ArrayConstant>;
};

type Ending = { term: Term } & Omit<ArrayProgress, 'index' | 'counts'>;

/** An array's items so far, as one alternative sees them. */
export class ArrayItem {
  readonly plan: ArrayPlan;
  readonly key: string;
  readonly at: ArrayProgress;
  #feasible: Status | null = null;
  #options: ItemOption[] | null = null;

  constructor(plan: ArrayPlan, key: string, at: ArrayProgress) {
    this.plan = plan;
    this.key = key;
    this.at = at;
  }

  /** Whether the array may end here. */
  get closes(): boolean {
    const { min, contains } = this.plan.shape;
    const { index, counts, repeats, rivals } = this.at;
    if (repeats || index < min || contains.some((c, i) => counts[i]! < c.min)) return false;
    return !rivals.some((r) => r.value.length === index);
  }

  /** Whether the next item's value must be known once it is complete. */
  get tracks(): boolean {
    if (this.at.known) return false;
    return this.at.repeats || (this.plan.shape.unique && this.plan.shape.max > 1);
  }

  feasible(): Status {
    if (this.#feasible) return this.#feasible;
    const status = new ArrayFuture(this).status();
    if (status !== 'maybe') this.#feasible = status;
    return status;
  }

  /** Values of a position's term that have not occurred, where none may occur twice. */
  unused(term: Term, i: number): Term {
    const { algebra, shape } = this.plan;
    if (!shape.unique || this.at.used.length === 0) return term;
    const containers = this.plan.runsOut(i);
    const used = this.at.used.filter((text) => containers || !/^[[{]/.test(text));
    if (used.length === 0) return term;
    return algebra.terms.and([term, algebra.terms.not(constantsTerm(algebra, valuesOf(used)))]);
  }

  /** Whether the next item has endlessly many values, so that the earlier ones never use them up. */
  get roomy(): boolean {
    const { algebra, shape } = this.plan;
    if (this.at.repeats || shape.contains.length > 0) return false;
    return cardinality(algebra, this.plan.slot(this.at.index), Infinity) === Infinity;
  }

  /** The ways to go on with another item. */
  options(): readonly ItemOption[] {
    this.#options ??= this.ways().filter(
      ({ term, next }) => next.feasible() === 'yes' && this.plan.algebra.hasValue(term),
    );
    return this.#options;
  }

  /** At least those, while the last item is not yet among those known: the next one may be its repetition. */
  looseOptions(): readonly ItemOption[] {
    if (!this.at.repeats) return this.options();
    return [...this.options(), ...this.plan.item({ ...this.at, repeats: false }).options()];
  }

  /** The same, whether they lead on or not. */
  ways(): ItemOption[] {
    const { plan } = this;
    const { index, counts } = this.at;
    if (index >= plan.room().max) return [];
    const { terms } = plan.algebra;
    const base = this.unused(plan.slot(index), index);
    let partial = [{ terms: [base, ...this.#withoutDoomed()], counts: [] as number[] }];
    for (const [i, contains] of plan.shape.contains.entries()) {
      partial = partial.flatMap((p) =>
        this.#choices(contains, counts[i]!).map(([term, n]) => ({
          terms: [...p.terms, term],
          counts: [...p.counts, n],
        })),
      );
    }
    const endings = this.#endings();
    return partial.flatMap((p) =>
      endings.map(({ term, ...rest }) => ({
        term: terms.and([...p.terms, term]),
        next: plan.item({ index: index + 1, counts: p.counts, ...rest }),
      })),
    );
  }

  #withoutDoomed(): Term[] {
    const doomed = this.plan.distinct.doomed(this);
    if (doomed.length === 0) return [];
    const { algebra } = this.plan;
    return [algebra.terms.not(constantsTerm(algebra, doomed))];
  }

  /** What an item's value decides besides the counts: the rivals that it leaves, and whether it is a repetition. */
  #endings(): Ending[] {
    const { plan, at } = this;
    const parts = at.rivals.flatMap((rival) =>
      at.index < rival.value.length ? [{ rival, value: rival.value[at.index] }] : [],
    );
    const splits = splitByRivals(plan.algebra, parts).map(({ term, rivals, text }): Ending => {
      const used = text === null ? at.used : added(at.used, text);
      return { term, rivals, repeats: at.repeats, used, known: text !== null };
    });
    return at.repeats ? this.#repeating(splits) : splits;
  }

  /** With one of the earlier values nothing is left to repeat; any other one must leave something that can be. */
  #repeating(splits: readonly Ending[]): Ending[] {
    const { plan, at } = this;
    const { terms } = plan.algebra;
    const out: Ending[] = [];
    const again = constantsTerm(plan.algebra, valuesOf(at.used));
    for (const split of splits) {
      if (again !== terms.false) out.push({ ...split, term: terms.and([split.term, again]), repeats: false });
      const able = split.known ? terms.true : plan.distinct.repeatable(this);
      out.push({ ...split, term: terms.and([split.term, able]) });
    }
    return out;
  }

  #choices(contains: Contains, count: number): [Term, number][] {
    const { terms } = this.plan.algebra;
    if (this.at.index < contains.from) return [[terms.true, count]];
    if (contains.max === Infinity) {
      const skip: [Term, number] = [terms.true, count];
      return count < contains.min ? [[contains.term, count + 1], skip] : [skip];
    }
    const skip: [Term, number] = [terms.not(contains.term), count];
    return count < contains.max ? [[contains.term, count + 1], skip] : [skip];
  }

  /** The same items, the last of them known; `text` is its canonical JSON. Null when it must not occur again. */
  remember(text: string): ArrayItem | null {
    const known = this.at.used.includes(text);
    if (known) return this.plan.shape.unique ? null : this;
    return this.plan.item({ ...this.at, used: added(this.at.used, text), known: true });
  }
}

import type { Term } from '../json/term.ts';
import { Lex } from '../machine/lex.ts';
import type { Machine } from '../machine/machine.ts';
import type { Next, Struct } from '../machine/struct.ts';
import { move } from '../regex/moves.ts';
import type { Re } from '../regex/pool.ts';
import { type Branch, BranchPlace } from './branches.ts';
import type { Rule, RuleState } from './network.ts';
import { someLive } from './some-live.ts';
import { TextPlace, type Utf8 } from './text-place.ts';

/** Inside an expression: what is left of it, and where the rule goes on after it. `origin`: where the rule began. */
type Thread = { re: Re; to: RuleState; origin: ChartPlace };
/** A rule that goes on at `to` once another one is complete; null stands for the end of the text. */
type Waiter = { to: RuleState; origin: ChartPlace } | null;
type Kernel = {
  threads: readonly Thread[];
  items: readonly { state: RuleState; origin: ChartPlace | null }[];
};

const MAX_PLACES = 50_000;

/** Earley's algorithm with immutable, shared sets: a place is what may come next, linked to where open rules began. */
export class Charts {
  readonly machine: Machine;
  readonly #table = new Map<string, ChartPlace>();

  constructor(machine: Machine) {
    this.machine = machine;
  }

  start(rule: Rule): Struct {
    return this.place({ threads: [], items: [{ state: rule.start, origin: null }] });
  }

  place({ threads, items }: Kernel): ChartPlace {
    const parts = threads.map((t) => `${t.re.id}/${t.to.id}/${t.origin.id}`);
    for (const { state, origin } of items) parts.push(`${state.id}/${origin?.id ?? ''}`);
    const key = [...new Set(parts)].sort().join(';');
    const known = this.#table.get(key);
    if (known) return known;
    if (this.#table.size >= MAX_PLACES) this.#table.clear();
    const made = new ChartPlace(this, this.machine.nextId(), { threads, items }, null);
    this.#table.set(key, made);
    return made;
  }
}

export class ChartPlace extends TextPlace {
  readonly #charts: Charts;
  readonly #threads = new Map<string, Thread>();
  readonly #json: { term: Term; to: RuleState; origin: ChartPlace }[] = [];
  readonly #waiting = new Map<Rule, Waiter[]>();
  readonly #seen = new Set<string>();
  #accepting = false;
  #branches: BranchPlace | null | undefined;

  constructor(charts: Charts, id: number, kernel: Kernel, utf8: Utf8 | null) {
    super(charts.machine, id, utf8);
    this.#charts = charts;
    if (utf8) for (const t of kernel.threads) this.#threads.set(`${t.re.id}/${t.to.id}/${t.origin.id}`, t);
    else for (const thread of kernel.threads) this.#thread(thread);
    for (const { state, origin } of kernel.items) this.#begin(state, origin);
  }

  override get accepting(): boolean {
    return this.utf8 === null && this.#accepting;
  }

  #begin(state: RuleState, origin: ChartPlace | null): void {
    if (!origin) this.#waiting.set(state.rule, [null]);
    this.#item(state, origin ?? this);
  }

  #thread(thread: Thread): void {
    const key = `${thread.re.id}/${thread.to.id}/${thread.origin.id}`;
    if (this.#threads.has(key)) return;
    this.machine.algebra.fuel.spend(4);
    this.#threads.set(key, thread);
    if (thread.re.nullable) this.#item(thread.to, thread.origin);
  }

  /** A rule stands at a state: predicts what may come, and completes the rule where it may end. */
  #item(state: RuleState, origin: ChartPlace): void {
    const key = `${state.id}/${origin.id}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.machine.algebra.fuel.spend(4);
    if (state.accepts) this.#complete(state.rule, origin);
    for (const edge of state.edges) {
      if (edge.t === 're') this.#thread({ re: edge.re, to: edge.to, origin });
      else if (edge.t === 'json') this.#json.push({ term: edge.term, to: edge.to, origin });
      else this.#predict(edge.rule, edge.to, origin);
    }
  }

  #predict(rule: Rule, to: RuleState, origin: ChartPlace): void {
    let list = this.#waiting.get(rule);
    const fresh = !list;
    if (!list) {
      list = [];
      this.#waiting.set(rule, list);
    }
    // A rule that ends with another one hands its own waiters on, so that right recursion does not pile up.
    const last = to.accepts && to.edges.length === 0;
    const waiters: readonly Waiter[] = last && origin !== this ? origin.waiters(to.rule) : [{ to, origin }];
    for (const waiter of waiters) {
      if (!list.some((w) => w?.to === waiter?.to && w?.origin === waiter?.origin)) list.push(waiter);
    }
    if (fresh) this.#item(rule.start, this);
    if (rule.nullable) this.#item(to, origin);
  }

  waiters(rule: Rule): readonly Waiter[] {
    return this.#waiting.get(rule) ?? [];
  }

  #complete(rule: Rule, origin: ChartPlace): void {
    for (const waiter of origin.waiters(rule)) {
      if (waiter) this.#item(waiter.to, waiter.origin);
      else this.#accepting = true;
    }
  }

  protected override point(codePoint: number): Next {
    const { pool, liveness } = this.machine.algebra;
    const threads: Thread[] = [];
    for (const { re, to, origin } of this.#threads.values()) {
      const next = move(pool, re, codePoint);
      if (liveness.live(next)) threads.push({ re: next, to, origin });
    }
    return threads.length > 0 ? this.#charts.place({ threads, items: [] }) : null;
  }

  protected override somePoint(low: number, high: number): boolean {
    for (const { re } of this.#threads.values())
      if (someLive(this.machine.algebra, re, low, high)) return true;
    return false;
  }

  protected override within(utf8: Utf8): Next {
    return new ChartPlace(this.#charts, -1, { threads: [...this.#threads.values()], items: [] }, utf8);
  }

  protected override compute(byte: number): Next {
    if (this.#json.length === 0 || this.utf8) return super.compute(byte);
    const branches = this.#jsonBranches();
    if (this.#threads.size === 0) return branches.step(byte);
    const text = super.compute(byte);
    const json = branches.step(byte);
    if (!text || !json) return text ?? json;
    const sides: Branch[] = [
      { lex: null, place: text as Struct },
      json instanceof Lex ? { lex: json, place: branches.receiver } : { lex: null, place: json },
    ];
    return BranchPlace.of(this.machine, sides);
  }

  override get receiver(): Struct {
    return this.#json.length > 0 && !this.utf8 ? this.#jsonBranches().receiver : this;
  }

  /** The JSON values that may begin here, each of which goes on with its own rule. */
  #jsonBranches(): Struct {
    this.#branches ??= BranchPlace.of(
      this.machine,
      this.#json.map(({ term, to, origin }) => {
        const after = this.#charts.place({ threads: [], items: [{ state: to, origin }] });
        return { lex: null, place: this.machine.start(term, after) };
      }),
    ) as BranchPlace;
    return this.#branches;
  }
}

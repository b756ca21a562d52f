import type {
  CopiedCounters,
  Holding,
  RegisteredProcess,
  Restatement,
  Round,
  RoundResult,
  Take,
  Unseeded,
  Verdict,
} from './counters.ts';
import { Tally } from './decide.ts';
import { FRESH, later, type Spent, type Subject, type SubjectState, windowsAt } from './state.ts';

/** Beyond it, subjects that nothing is held of are forgotten: the database knows what they spent. */
const REMEMBERED = 100_000;

interface Member {
  readonly process: RegisteredProcess;
  readonly holdings: Map<Subject, Holding>;
}

export interface MemoryCountersOptions {
  /** What to do with subjects never heard of: ask for what they spent, or take it that they spent nothing. */
  readonly strangers: 'ask' | 'trust';
}

/** Limits of one process alone. They begin anew with it, but for the money. */
export class MemoryCounters implements CopiedCounters {
  readonly #options: MemoryCountersOptions;
  readonly #states = new Map<Subject, SubjectState>();
  readonly #seeded = new Set<Subject>();
  readonly #members = new Map<string, Member>();

  constructor(options: MemoryCountersOptions) {
    this.#options = options;
  }

  /** Takes over what was last seen of subjects, without what anybody held of them. */
  adopt(states: ReadonlyMap<Subject, SubjectState>): void {
    for (const [subject, state] of states) this.#states.set(subject, { ...state, concurrent: 0, held: 0n });
  }

  async seed(spent: ReadonlyMap<Subject, Spent>): Promise<void> {
    for (const subject of spent.keys()) this.#seeded.add(subject);
    this.#raise(spent);
  }

  async round({ process, now, finishes, takes }: Round): Promise<RoundResult<Verdict | Unseeded>> {
    const member = this.#members.get(process);
    if (member === undefined) return { known: false };
    const tally = new Tally(this.#states, member.holdings, windowsAt(now));
    for (const finish of finishes) tally.finish(finish);
    const verdicts = takes.map((take) => this.#missing(take) ?? tally.take(take));
    this.#keep(member, tally);
    this.#prune(windowsAt(now).minute);
    const taken = takes.flatMap(({ levels }) => levels.map(({ subject }) => subject));
    return { known: true, verdicts, states: new Map(taken.map((one) => [one, tally.state(one)])) };
  }

  async restate({ process, holdings, replaces }: Restatement): Promise<void> {
    for (const id of [process.id, ...replaces]) this.#drop(id);
    const member: Member = { process, holdings: new Map() };
    this.#members.set(process.id, member);
    this.#add(member, holdings, 1);
  }

  async beat(process: string, now: number): Promise<boolean> {
    const member = this.#members.get(process);
    if (member === undefined) return false;
    this.#members.set(process, { ...member, process: { ...member.process, seenAt: now } });
    return true;
  }

  async processes(): Promise<readonly RegisteredProcess[]> {
    return [...this.#members.values()].map(({ process }) => process);
  }

  async release(processes: readonly string[]): Promise<void> {
    for (const process of processes) this.#drop(process);
  }

  async recorded(
    process: string,
    holdings: readonly Holding[],
    spent: ReadonlyMap<Subject, Spent>,
  ): Promise<void> {
    const member = this.#members.get(process);
    if (member !== undefined) this.#add(member, holdings, -1);
    const trust = this.#options.strangers === 'trust';
    this.#raise(new Map([...spent].filter(([subject]) => trust || this.#seeded.has(subject))));
  }

  async close(): Promise<void> {
    this.#states.clear();
    this.#seeded.clear();
    this.#members.clear();
  }

  /** How many subjects are remembered. */
  get size(): number {
    return this.#states.size;
  }

  #missing({ levels }: Take): Unseeded | undefined {
    if (this.#options.strangers === 'trust') return undefined;
    const subjects = levels.map(({ subject }) => subject).filter((subject) => !this.#seeded.has(subject));
    return subjects.length > 0 ? { kind: 'unseeded', subjects } : undefined;
  }

  /** Sums only grow. */
  #raise(spent: ReadonlyMap<Subject, Spent>): void {
    for (const [subject, sums] of spent) {
      const state = this.#states.get(subject) ?? FRESH;
      this.#states.set(subject, { ...state, ...later(state, sums) });
    }
  }

  #drop(process: string): void {
    const member = this.#members.get(process);
    if (member === undefined) return;
    this.#add(member, [...member.holdings.values()], -1);
    this.#members.delete(process);
  }

  #add(member: Member, holdings: readonly Holding[], sign: 1 | -1): void {
    const tally = new Tally(this.#states, member.holdings, { minute: 0, day: 0, month: 0 });
    for (const { subject, concurrent, held } of holdings) {
      tally.hold({ subject, concurrent: sign * concurrent, held: BigInt(sign) * held });
    }
    this.#keep(member, tally);
  }

  #keep(member: Member, tally: Tally): void {
    for (const [subject, state] of tally.changedStates) this.#states.set(subject, state);
    for (const [subject, holding] of tally.changedHoldings) {
      if (holding.concurrent === 0 && holding.held === 0n) member.holdings.delete(subject);
      else member.holdings.set(subject, holding);
    }
  }

  #prune(minute: number): void {
    if (this.#states.size <= REMEMBERED) return;
    for (const [subject, state] of this.#states) {
      if (this.#states.size <= REMEMBERED * 0.9) return;
      const idle = state.concurrent === 0 && state.held === 0n && state.minute < minute;
      if (!idle) continue;
      this.#states.delete(subject);
      this.#seeded.delete(subject);
    }
  }
}

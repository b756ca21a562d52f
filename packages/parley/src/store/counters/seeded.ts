import type {
  CopiedCounters,
  Counters,
  Holding,
  RegisteredProcess,
  Restatement,
  Round,
  RoundResult,
  Unseeded,
  Verdict,
} from './counters.ts';
import { NOTHING_SPENT, type Spent, type Subject, type SubjectState } from './state.ts';

/** What subjects have spent; those that are left out spent nothing. */
export type ReadSpent = (subjects: readonly Subject[]) => Promise<ReadonlyMap<Subject, Spent>>;

/** A copy that is lost twice while one round waits is not worth waiting for. */
const ROUNDS = 3;

/** Gives the counters what the database knows of a subject whenever they have not got it, and asks again. */
export class SeededCounters implements Counters {
  readonly #counters: CopiedCounters;
  readonly #readSpent: ReadSpent;

  constructor(counters: CopiedCounters, readSpent: ReadSpent) {
    this.#counters = counters;
    this.#readSpent = readSpent;
  }

  async round(round: Round): Promise<RoundResult> {
    const verdicts: (Verdict | Unseeded)[] = [];
    const states = new Map<Subject, SubjectState>();
    let open = round.takes.map((_, index) => index);
    for (let count = 0; count < ROUNDS; count++) {
      const takes = open.flatMap((index) => round.takes[index] ?? []);
      const result = await this.#counters.round({
        ...round,
        takes,
        finishes: count === 0 ? round.finishes : [],
      });
      if (!result.known) return result;
      for (const [subject, state] of result.states) states.set(subject, state);
      for (const [at, verdict] of result.verdicts.entries()) verdicts[open[at] ?? 0] = verdict;
      open = open.filter((index) => verdicts[index]?.kind === 'unseeded');
      if (open.length === 0) return { known: true, verdicts: verdicts.filter(isVerdict), states };
      await this.#seed(open.flatMap((index) => unseeded(verdicts[index])));
    }
    throw new Error('the counters forget what they are told');
  }

  restate(restated: Restatement): Promise<void> {
    return this.#counters.restate(restated);
  }

  beat(process: string, now: number): Promise<boolean> {
    return this.#counters.beat(process, now);
  }

  processes(): Promise<readonly RegisteredProcess[]> {
    return this.#counters.processes();
  }

  release(processes: readonly string[]): Promise<void> {
    return this.#counters.release(processes);
  }

  recorded(process: string, holdings: readonly Holding[], spent: ReadonlyMap<Subject, Spent>): Promise<void> {
    return this.#counters.recorded(process, holdings, spent);
  }

  close(): Promise<void> {
    return this.#counters.close();
  }

  async #seed(subjects: readonly Subject[]): Promise<void> {
    const wanted = [...new Set(subjects)];
    const found = await this.#readSpent(wanted);
    const sums = new Map(wanted.map((subject) => [subject, found.get(subject) ?? NOTHING_SPENT]));
    await this.#counters.seed(sums);
  }
}

function unseeded(verdict: Verdict | Unseeded | undefined): readonly Subject[] {
  return verdict?.kind === 'unseeded' ? verdict.subjects : [];
}

function isVerdict(verdict: Verdict | Unseeded): verdict is Verdict {
  return verdict.kind !== 'unseeded';
}

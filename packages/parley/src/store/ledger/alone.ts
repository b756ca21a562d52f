import type { Finish, Holding, RoundResult, Take, Verdict } from '../counters/counters.ts';
import { MemoryCounters } from '../counters/memory.ts';
import type { Spent, Subject, SubjectState } from '../counters/state.ts';
import type { ProcessIdentity } from '../journal/process-identity.ts';

export type Known = Extract<RoundResult, { known: true }>;

/** This process's name among counters that nobody else uses. */
const MYSELF = 'myself';

/** How a process counts for itself while nobody can be asked: from what it saw last, and what it holds itself. */
export class Alone {
  /** Unix time in milliseconds. */
  readonly since: number;
  readonly #identity: ProcessIdentity;
  readonly #counters = new MemoryCounters({ strangers: 'trust' });

  constructor(since: number, identity: ProcessIdentity, lastSeen: ReadonlyMap<Subject, SubjectState>) {
    this.since = since;
    this.#identity = identity;
    this.#counters.adopt(lastSeen);
  }

  /** What this process holds is this. */
  restate(holdings: readonly Holding[]): Promise<void> {
    const process = { id: MYSELF, identity: this.#identity, seenAt: this.since };
    return this.#counters.restate({ process, holdings, replaces: [] });
  }

  async round(now: number, finishes: readonly Finish[], takes: readonly Take[]): Promise<Known> {
    const result = await this.#counters.round({ process: MYSELF, now, finishes, takes });
    if (!result.known) throw new Error('this process does not know itself');
    const verdicts = result.verdicts.filter((verdict): verdict is Verdict => verdict.kind !== 'unseeded');
    return { ...result, verdicts };
  }

  recorded(holdings: readonly Holding[], spent: ReadonlyMap<Subject, Spent>): Promise<void> {
    return this.#counters.recorded(MYSELF, holdings, spent);
  }
}

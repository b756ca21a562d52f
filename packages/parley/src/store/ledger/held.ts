import type { Finish, Holding, Verdict } from '../counters/counters.ts';
import type { Subject } from '../counters/state.ts';

/** What a process holds, as it knows itself. */
export class Held {
  readonly #holdings = new Map<Subject, Holding>();

  get list(): readonly Holding[] {
    return [...this.#holdings.values()];
  }

  change(holdings: readonly Holding[], sign: 1 | -1): void {
    for (const { subject, concurrent, held } of holdings) {
      const before = this.#holdings.get(subject);
      const sum = {
        subject,
        concurrent: (before?.concurrent ?? 0) + sign * concurrent,
        held: (before?.held ?? 0n) + BigInt(sign) * held,
      };
      if (sum.concurrent === 0 && sum.held === 0n) this.#holdings.delete(subject);
      else this.#holdings.set(subject, sum);
    }
  }
}

/** What changes when a call is over: its cost is held until its row is recorded. */
export function finished({ hold, cost }: Finish): Holding[] {
  return hold.subjects.map((subject) => ({ subject, concurrent: -1, held: cost - hold.cost }));
}

export function granted(verdict: Verdict): Holding[] {
  if (verdict.kind === 'refused') return [];
  const { subjects, cost } = verdict.hold;
  return subjects.map((subject) => ({ subject, concurrent: 1, held: cost }));
}

import type { Limits } from '../../core/ledger.ts';
import type { Finish, Hold, Holding, Take, Verdict } from './counters.ts';
import { FRESH, roll, type Subject, type SubjectState, type Windows } from './state.ts';

/** What a call finds of one limit: `used` of it before the call, and what the call adds. */
type Measure = (state: SubjectState, take: Take) => readonly [used: bigint, added: bigint];

const sum = (...parts: bigint[]) => parts.reduce((total, part) => total + part, 0n);

/** The first that stands against a call is told: money before what a minute's wait would cure. */
export const MEASURES: readonly (readonly [limit: keyof Limits, measure: Measure])[] = [
  ['budgetTotal', (state, take) => [sum(state.totalSpent, state.held), take.cost]],
  ['budgetPerMonth', (state, take) => [sum(state.monthSpent, state.held), take.cost]],
  ['budgetPerDay', (state, take) => [sum(state.daySpent, state.held), take.cost]],
  ['tokensPerMinute', (state, take) => [BigInt(state.tokens), BigInt(take.tokens)]],
  ['requestsPerMinute', (state) => [BigInt(state.requests), 1n]],
  ['concurrent', (state) => [BigInt(state.concurrent), 1n]],
];

/**
 * The subjects of a round while it is decided. Pure arithmetic: memory and databases load the states, let it decide, and
 * keep what it changed. Redis has the same in Lua (redis-script.ts).
 */
export class Tally {
  readonly changedStates = new Map<Subject, SubjectState>();
  readonly changedHoldings = new Map<Subject, Holding>();
  readonly #states: ReadonlyMap<Subject, SubjectState>;
  readonly #holdings: ReadonlyMap<Subject, Holding>;
  readonly #windows: Windows;

  /** What is in neither map is as if it were new. */
  constructor(
    states: ReadonlyMap<Subject, SubjectState>,
    holdings: ReadonlyMap<Subject, Holding>,
    windows: Windows,
  ) {
    this.#states = states;
    this.#holdings = holdings;
    this.#windows = windows;
  }

  take(take: Take): Verdict {
    const states = take.levels.map(({ subject }) => this.state(subject));
    for (const [index, level] of take.levels.entries()) {
      const limit = firstExceeded(states[index] ?? FRESH, level.limits, take);
      if (limit !== undefined) return { kind: 'refused', refusal: { subject: level.subject, limit } };
    }
    for (const [index, { subject }] of take.levels.entries()) {
      const state = states[index] ?? FRESH;
      this.changedStates.set(subject, {
        ...state,
        requests: state.requests + 1,
        tokens: state.tokens + take.tokens,
      });
      this.hold({ subject, concurrent: 1, held: take.cost });
    }
    const { tokens, cost, levels } = take;
    const hold: Hold = {
      subjects: levels.map(({ subject }) => subject),
      tokens,
      cost,
      minute: this.#windows.minute,
    };
    return { kind: 'granted', hold };
  }

  /** Tokens are given back to the minute that they were taken from, while it lasts. */
  finish({ hold, tokens, cost }: Finish): void {
    for (const subject of hold.subjects) {
      const state = this.state(subject);
      if (state.minute === hold.minute) {
        this.changedStates.set(subject, {
          ...state,
          tokens: Math.max(0, state.tokens + tokens - hold.tokens),
        });
      }
      this.hold({ subject, concurrent: -1, held: cost - hold.cost });
    }
  }

  /** Adds to what the process holds; negative numbers take away. */
  hold({ subject, concurrent, held }: Holding): void {
    const state = this.state(subject);
    this.changedStates.set(subject, {
      ...state,
      concurrent: state.concurrent + concurrent,
      held: state.held + held,
    });
    const holding = this.changedHoldings.get(subject) ?? this.#holdings.get(subject);
    this.changedHoldings.set(subject, {
      subject,
      concurrent: (holding?.concurrent ?? 0) + concurrent,
      held: (holding?.held ?? 0n) + held,
    });
  }

  /** As it stands now. */
  state(subject: Subject): SubjectState {
    return roll(this.changedStates.get(subject) ?? this.#states.get(subject) ?? FRESH, this.#windows);
  }
}

function firstExceeded(state: SubjectState, limits: Limits, take: Take): keyof Limits | undefined {
  return MEASURES.find(([name, measure]) => {
    const limit = limits[name];
    if (limit === undefined) return false;
    const [used, added] = measure(state, take);
    return used + added > BigInt(limit);
  })?.[0];
}

/** Sums by subject. */
export function sumHoldings(parts: Iterable<Holding>): Holding[] {
  const sums = new Map<Subject, Holding>();
  for (const { subject, concurrent, held } of parts) {
    const sum = sums.get(subject);
    sums.set(subject, {
      subject,
      concurrent: (sum?.concurrent ?? 0) + concurrent,
      held: (sum?.held ?? 0n) + held,
    });
  }
  return [...sums.values()];
}

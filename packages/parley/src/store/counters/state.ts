import type { Limits, Nanodollars } from '../../core/ledger.ts';

/** `key:<id>`, `user:<id>` or `team:<id>`. */
export type Subject = string;

/** Someone whose limits a call has to keep. */
export interface Level {
  readonly subject: Subject;
  readonly limits: Limits;
}

/** Money that was spent, as the database has it. Days and months are of UTC; see `windowsAt`. */
export interface Spent {
  readonly day: number;
  readonly daySpent: Nanodollars;
  readonly month: number;
  readonly monthSpent: Nanodollars;
  readonly totalSpent: Nanodollars;
}

/** All there is to know of a subject to decide whether a call may run. */
export interface SubjectState extends Spent {
  /** The minute that `requests` and `tokens` are of. */
  readonly minute: number;
  readonly requests: number;
  readonly tokens: number;
  /** Calls that run. */
  readonly concurrent: number;
  /** What running calls may cost, and what ended ones did cost whose rows are not in `Spent` yet. */
  readonly held: Nanodollars;
}

export interface Windows {
  /** Minutes and days since 1970, months since the year 0. */
  readonly minute: number;
  readonly day: number;
  readonly month: number;
}

export const NOTHING_SPENT: Spent = { day: 0, daySpent: 0n, month: 0, monthSpent: 0n, totalSpent: 0n };
export const FRESH: SubjectState = {
  ...NOTHING_SPENT,
  minute: 0,
  requests: 0,
  tokens: 0,
  concurrent: 0,
  held: 0n,
};

/** @param time Unix time in milliseconds. */
export function windowsAt(time: number): Windows {
  const date = new Date(time);
  return {
    minute: Math.floor(time / 60_000),
    day: Math.floor(time / 86_400_000),
    month: date.getUTCFullYear() * 12 + date.getUTCMonth(),
  };
}

/** Windows only go forward: where clocks of machines differ, what is late counts in the window that has begun. */
export function roll(state: SubjectState, now: Windows): SubjectState {
  return {
    ...state,
    ...rollSpent(state, now),
    ...(now.minute > state.minute && { minute: now.minute, requests: 0, tokens: 0 }),
  };
}

export function rollSpent(spent: Spent, now: Windows): Spent {
  const { day, daySpent, month, monthSpent, totalSpent } = spent;
  return {
    ...(now.day > day ? { day: now.day, daySpent: 0n } : { day, daySpent }),
    ...(now.month > month ? { month: now.month, monthSpent: 0n } : { month, monthSpent }),
    totalSpent,
  };
}

/** The cost of a call counts in the day and month in which it started; those may be over. */
export function spend(spent: Spent, cost: Nanodollars, started: Windows): Spent {
  const rolled = rollSpent(spent, started);
  return {
    ...rolled,
    ...(rolled.day === started.day && { daySpent: rolled.daySpent + cost }),
    ...(rolled.month === started.month && { monthSpent: rolled.monthSpent + cost }),
    totalSpent: rolled.totalSpent + cost,
  };
}

/** The later of two readings of sums that only grow. */
export function later(a: Spent, b: Spent): Spent {
  const [day, month] = [Math.max(a.day, b.day), Math.max(a.month, b.month)];
  const inDay = (spent: Spent) => (spent.day === day ? spent.daySpent : 0n);
  const inMonth = (spent: Spent) => (spent.month === month ? spent.monthSpent : 0n);
  const most = (x: bigint, y: bigint) => (x > y ? x : y);
  return {
    day,
    daySpent: most(inDay(a), inDay(b)),
    month,
    monthSpent: most(inMonth(a), inMonth(b)),
    totalSpent: most(a.totalSpent, b.totalSpent),
  };
}

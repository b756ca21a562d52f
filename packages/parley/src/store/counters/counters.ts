import type { Limits, Nanodollars } from '../../core/ledger.ts';
import type { ProcessIdentity } from '../journal/process-identity.ts';
import type { Level, Spent, Subject, SubjectState } from './state.ts';

/** A call that wants to run. */
export interface Take {
  /** Those that have a limit. */
  readonly levels: readonly Level[];
  readonly tokens: number;
  readonly cost: Nanodollars;
}

/** What a call was granted. */
export interface Hold {
  readonly subjects: readonly Subject[];
  readonly tokens: number;
  readonly cost: Nanodollars;
  /** When it was granted. */
  readonly minute: number;
}

/** A call that is over. Its actual cost stays held until its row is recorded. */
export interface Finish {
  readonly hold: Hold;
  readonly tokens: number;
  readonly cost: Nanodollars;
}

/** What a process holds of a subject. */
export interface Holding {
  readonly subject: Subject;
  readonly concurrent: number;
  readonly held: Nanodollars;
}

/** Which limit of which subject stands against a call, and how it stands. */
export interface Refusal {
  readonly subject: Subject;
  readonly limit: keyof Limits;
}

export type Verdict =
  | { readonly kind: 'granted'; readonly hold: Hold }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** First what ended, then what wants to begin, in order: what was freed can be taken in the same round. */
export interface Round {
  readonly process: string;
  /** Unix time in milliseconds. */
  readonly now: number;
  readonly finishes: readonly Finish[];
  readonly takes: readonly Take[];
}

export type RoundResult<Answer = Verdict> =
  | {
      readonly known: true;
      readonly verdicts: readonly Answer[];
      /** How the subjects of the takes stand now. */
      readonly states: ReadonlyMap<Subject, SubjectState>;
    }
  /** Nothing was done: what this process held was given back, because it was not heard of, or was lost. */
  | { readonly known: false };

export interface Restatement {
  readonly process: RegisteredProcess;
  readonly holdings: readonly Holding[];
  /** Ids that are released in the same step. */
  readonly replaces: readonly string[];
}

export interface RegisteredProcess {
  readonly id: string;
  readonly identity: ProcessIdentity;
  /** Unix time in milliseconds. */
  readonly seenAt: number;
}

/**
 * Counts what calls use of the limits of keys, users and teams, exactly: each round is atomic. What processes hold goes
 * with them. Methods reject when the storage is in trouble; whether a round was counted is then unknown, and `restate`
 * makes it known. Implementations: memory, the database, Redis; one suite tests them all.
 */
export interface Counters {
  round(round: Round): Promise<RoundResult>;
  /**
   * Registers the process with what it holds, whatever the limits, in the place of others. A process that does not know
   * what has been counted of it takes a new id: what is still on its way under the old one will then not be counted.
   */
  restate(restated: Restatement): Promise<void>;
  /** That the process lives. False: it is not registered, or no longer. */
  beat(process: string, now: number): Promise<boolean>;
  processes(): Promise<readonly RegisteredProcess[]>;
  /** Gives back what processes hold that are gone, and forgets them. */
  release(processes: readonly string[]): Promise<void>;
  /** Rows are in the database: what was held for them no longer is, and the sums are at least these. */
  recorded(process: string, holdings: readonly Holding[], spent: ReadonlyMap<Subject, Spent>): Promise<void>;
  close(): Promise<void>;
}

/**
 * Counters that keep the money that was spent as a copy of the database's sums, which may be lost: they say when they
 * have none of a subject, and are given it. `SeededCounters` makes Counters of them.
 */
export interface CopiedCounters extends Omit<Counters, 'round'> {
  round(round: Round): Promise<RoundResult<Verdict | Unseeded>>;
  seed(spent: ReadonlyMap<Subject, Spent>): Promise<void>;
}

/** Nothing was taken. */
export interface Unseeded {
  readonly kind: 'unseeded';
  readonly subjects: readonly Subject[];
}

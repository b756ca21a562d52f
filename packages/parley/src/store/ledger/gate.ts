import type { Nanodollars } from '../../core/ledger.ts';
import type {
  Counters,
  Finish,
  Hold,
  Holding,
  RegisteredProcess,
  Take,
  Verdict,
} from '../counters/counters.ts';
import { sumHoldings } from '../counters/decide.ts';
import type { Spent, Subject, SubjectState } from '../counters/state.ts';
import type { ProcessIdentity } from '../journal/process-identity.ts';
import { Lru } from '../keys/lru.ts';
import { Alone, type Known } from './alone.ts';
import { finished, granted, Held } from './held.ts';
import { holdingsOf, type RecordedRow } from './recorded-row.ts';
import { Rounds } from './rounds.ts';
import { retryDelay, type Turn, within } from './turn.ts';

export interface GateOptions {
  readonly counters: Counters;
  readonly identity: ProcessIdentity;
  readonly now: () => number;
  readonly newProcessId: () => string;
  /** How long a round may take before it is decided without the store. */
  readonly timeoutMs: number;
  /** Shared with the recorder: what a process holds is not restated while rows are on their way. */
  readonly turn: Turn;
  /** Whether it is known which rows are recorded; until then it is not known what is held for them. */
  readonly rowsAreKnown: () => boolean;
  /** Waits before it is tried again; `RETRY_MS` when left out. */
  readonly retryMs?: readonly number[] | undefined;
  /** Told of each failure. */
  readonly onTrouble: (error: unknown) => void;
}

/** Subjects whose last state is remembered, for the time when the store cannot be asked. */
const REMEMBERED = 10_000;

/**
 * Lets calls through. When the counters cannot be asked, this process goes on alone from what it saw last, and states what
 * it holds anew when they can be.
 */
export class Gate {
  readonly #options: GateOptions;
  readonly #mine = new Held();
  readonly #lastSeen = new Lru<Subject, SubjectState>(REMEMBERED);
  /** Ids that may still hold something of this process's. */
  readonly #replaces: string[] = [];
  readonly #rounds = new Rounds((finishes, takes) => this.#decide(finishes, takes));
  #process: string;
  #alone: Alone | undefined;
  #retry: NodeJS.Timeout | undefined;
  #retries = 0;
  #closed = false;

  /** Registers the process. Rejects when the counters cannot be asked. */
  static async open(options: GateOptions): Promise<Gate> {
    const gate = new Gate(options);
    await gate.#restate();
    return gate;
  }

  private constructor(options: GateOptions) {
    this.#options = options;
    this.#process = options.newProcessId();
  }

  /** Since when the counters could not be asked: Unix time in milliseconds. */
  get troubleSince(): number | undefined {
    return this.#alone?.since;
  }

  /** What is held: nothing when all calls are over and their rows recorded. */
  get holdings(): readonly Holding[] {
    return this.#mine.list;
  }

  take(take: Take): Promise<Verdict> {
    return this.#rounds.take(take);
  }

  /** Counted before any call that asks from now on. */
  finish(hold: Hold, tokens: number, cost: Nanodollars): void {
    this.#rounds.finish({ hold, tokens, cost });
  }

  /** Whose holdings the database may reduce when it records rows: nobody's while they are not known to be true. */
  get recordingProcess(): string {
    return this.#alone === undefined ? this.#process : '';
  }

  /** Rows are in the database: what was held for them is not any more. Called within the turn. */
  async recorded(rows: readonly RecordedRow[], spent: ReadonlyMap<Subject, Spent>): Promise<void> {
    const holdings = sumHoldings(holdingsOf(rows));
    this.#mine.change(holdings, -1);
    if (this.#alone !== undefined) return this.#alone.recorded(holdings, spent);
    const { counters, timeoutMs } = this.#options;
    try {
      await within(timeoutMs, counters.recorded(this.#process, holdings, spent));
    } catch (error) {
      await this.#cutOff(error);
    }
  }

  /** Says that this process lives. */
  async beat(): Promise<void> {
    if (this.#alone !== undefined || this.#closed) return;
    const { counters, now, timeoutMs } = this.#options;
    try {
      if (await within(timeoutMs, counters.beat(this.#process, now()))) return;
      await this.#cutOff(new Error('what this process held was given back'));
    } catch (error) {
      await this.#cutOff(error);
    }
  }

  /** Gives back what is held. Calls that still run hold nothing from then on. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    await this.#rounds.idle();
    const { counters, timeoutMs } = this.#options;
    const ids = [...this.#replaces, this.#process];
    await within(timeoutMs, counters.release(ids)).catch(this.#options.onTrouble);
  }

  async #decide(finishes: readonly Finish[], takes: readonly Take[]): Promise<readonly Verdict[]> {
    const answer = await this.#ask(finishes, takes);
    const result = answer ?? (await this.#askMyself(finishes, takes));
    for (const [subject, state] of result.states) this.#lastSeen.set(subject, state);
    this.#mine.change(finishes.flatMap(finished), 1);
    this.#mine.change(result.verdicts.flatMap(granted), 1);
    // Something else failed while the counters answered.
    if (answer !== undefined) await this.#alone?.restate(this.holdings);
    return result.verdicts;
  }

  async #askMyself(finishes: readonly Finish[], takes: readonly Take[]): Promise<Known> {
    if (this.#alone === undefined) throw new Error('nobody can be asked');
    return this.#alone.round(this.#options.now(), finishes, takes);
  }

  /** Undefined when the counters cannot be asked. */
  async #ask(finishes: readonly Finish[], takes: readonly Take[]): Promise<Known | undefined> {
    if (this.#alone !== undefined) return undefined;
    const { counters, now, timeoutMs } = this.#options;
    try {
      const round = { process: this.#process, now: now(), finishes, takes };
      const result = await within(timeoutMs, counters.round(round));
      if (result.known) return result;
      throw new Error('what this process held was given back');
    } catch (error) {
      await this.#cutOff(error);
      return undefined;
    }
  }

  async #cutOff(error: unknown): Promise<void> {
    this.#options.onTrouble(error);
    if (this.#alone !== undefined || this.#closed) return;
    const since = this.#options.now();
    this.#alone = new Alone(since, this.#options.identity, new Map(this.#lastSeen.entries()));
    await this.#alone.restate(this.holdings);
    this.#retries = 0;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#closed) return;
    const delay = retryDelay(this.#retries++, this.#options.retryMs);
    this.#retry = setTimeout(() => void this.#tryAgain(), delay).unref();
  }

  /** Asks first whether anybody answers: while the holdings are restated, calls have to wait. */
  async #tryAgain(): Promise<void> {
    const { counters, now, timeoutMs, turn } = this.#options;
    try {
      await within(timeoutMs, counters.beat(this.#process, now()));
      await turn.take(() => this.#rounds.paused(() => this.#restate()));
    } catch {
      // The first failure has been told; this is the same one.
      this.#schedule();
    }
  }

  /** Under a new id: what may still be on its way under the old one is then not counted. */
  async #restate(): Promise<void> {
    if (this.#closed) return;
    const { counters, newProcessId, rowsAreKnown, timeoutMs } = this.#options;
    if (!rowsAreKnown()) throw new Error('it is not known which rows are recorded');
    const replaces = [...this.#replaces, this.#process];
    this.#replaces.push(this.#process);
    this.#process = newProcessId();
    const restatement = { process: this.#registration(), holdings: this.holdings, replaces };
    await within(timeoutMs, counters.restate(restatement));
    this.#replaces.length = 0;
    this.#alone = undefined;
  }

  #registration(): RegisteredProcess {
    return { id: this.#process, identity: this.#options.identity, seenAt: this.#options.now() };
  }
}

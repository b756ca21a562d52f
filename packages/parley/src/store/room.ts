import { integer, only, text } from './row.ts';
import type { Removal, Statements } from './statements.ts';

export interface StoreLimits {
  /** Of all owners together. */
  readonly completions: number;
  /** Of the JSON texts of all completions together. */
  readonly bytes: number;
  readonly ageSeconds: number;
}

/** How long a page may begin behind a completion that is gone. */
const PLACE_LIFETIME_MS = 24 * 3600 * 1000;

/** Keeps a database within its limits. Every method is called inside a transaction. */
export class Room {
  readonly #sql: Statements;
  readonly #limits: StoreLimits;
  readonly #now: () => number;

  constructor(sql: Statements, limits: StoreLimits, now: () => number) {
    this.#sql = sql;
    this.#limits = limits;
    this.#now = now;
  }

  /** What was kept at this time or before is over. */
  get cutoff(): number {
    return this.#now() - this.#limits.ageSeconds * 1000;
  }

  /** Removes completions, first those whose time is over, then the oldest of whoever has most, until what comes fits. */
  make(owner: string, completions: number, bytes: number): void {
    for (;;) {
      const held = only(this.#sql.held);
      const tooMany = integer(held, 'completions') + completions > this.#limits.completions;
      if (!tooMany && integer(held, 'bytes') + bytes <= this.#limits.bytes) return;
      if (this.#remove(this.#sql.expired, { cutoff: this.cutoff })) continue;
      const most = tooMany ? this.#sql.mostCompletions.get({ owner }) : this.#sql.mostBytes.get({ owner });
      if (!most) return;
      this.#remove(this.#sql.oldest, { owner: text(most, 'owner') });
    }
  }

  /** Also one whose time is over. */
  removeOne(owner: string, id: string): void {
    this.#remove(this.#sql.one, { owner, id });
  }

  /** Some of those whose time is over: all at once would hold up the event loop. */
  sweep(): void {
    this.#remove(this.#sql.expired, { cutoff: this.cutoff });
    this.#sql.forgetPlaces.run({ cutoff: this.#now() - PLACE_LIFETIME_MS });
  }

  /** Whether there were any. */
  #remove({ mark, drop }: Removal, which: Record<string, string | number>): boolean {
    if (mark.run({ ...which, now: this.#now() }).changes === 0) return false;
    drop.run(which);
    this.#sql.trimPlaces.run();
    return true;
  }
}

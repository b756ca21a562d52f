import { internalError } from '@parley/protocol/errors';
import type { Charged, Demand, Ledger, LedgerRow, Reservation } from '../../core/ledger.ts';
import type { Hold } from '../counters/counters.ts';
import type { Level } from '../counters/state.ts';
import type { Journal } from '../journal/journal.ts';
import { asked, storeUnavailable } from '../sql/failure.ts';
import { checkDemand, checkedRow } from './check-row.ts';
import type { Gate } from './gate.ts';
import type { RecordedRow } from './recorded-row.ts';
import type { Recorder } from './recorder.ts';
import { refused } from './refusal.ts';

export interface LedgerOptions {
  readonly gate: Gate;
  readonly recorder: Recorder;
  readonly journal: Journal;
  /** Those of the key, its user and its team that have limits. */
  readonly levels: (charged: Charged) => Promise<readonly Level[]>;
  readonly now: () => number;
  readonly newRowId: () => string;
  /** How long calls are let through while the database or the counters cannot be asked, in milliseconds. */
  readonly graceMs: number;
  /** How many rows may wait for the database before no call is let through any more: they are in memory, too. */
  readonly graceRows: number;
  /** Closes the store that this is a part of. */
  readonly close: () => Promise<void>;
}

/** Reserves before, settles after; see docs/store.md for what is durable when. */
export class StoreLedger implements Ledger {
  readonly #options: LedgerOptions;

  constructor(options: LedgerOptions) {
    this.#options = options;
  }

  async reserve(demand: Demand): Promise<Reservation> {
    checkDemand(demand);
    this.#refuseAfterGrace();
    const { gate, journal, levels, newRowId, now } = this.#options;
    const limited = (await levels(demand.charged)).filter(hasLimit);
    const { tokens, cost } = demand;
    let hold: Hold | undefined;
    if (limited.length > 0) {
      const take = { levels: limited, tokens, cost };
      const verdict = await asked('The call cannot be counted.', () => gate.take(take));
      if (verdict.kind === 'refused') throw refused(verdict.refusal, limited, demand, now());
      hold = verdict.hold;
    }
    const rowId = newRowId();
    const { callId, charged, model } = demand;
    journal.begin({ ...charged, rowId, id: callId, model, startedAt: now() });
    return new StoreReservation(this.#options, { callId, rowId, hold });
  }

  close(): Promise<void> {
    return this.#options.close();
  }

  #refuseAfterGrace(): void {
    const { gate, recorder, now, graceMs, graceRows } = this.#options;
    const since = Math.min(gate.troubleSince ?? Infinity, recorder.troubleSince ?? Infinity);
    if (now() - since > graceMs || recorder.waiting > graceRows) {
      throw storeUnavailable('Calls cannot be accounted for at the moment.');
    }
  }
}

class StoreReservation implements Reservation {
  readonly callId: string;
  readonly #options: LedgerOptions;
  readonly #rowId: string;
  readonly #hold: Hold | undefined;
  #settled = false;

  constructor(
    options: LedgerOptions,
    { callId, rowId, hold }: { callId: string; rowId: string; hold: Hold | undefined },
  ) {
    this.callId = callId;
    this.#options = options;
    this.#rowId = rowId;
    this.#hold = hold;
  }

  async settle(row: LedgerRow): Promise<void> {
    if (this.#settled) throw internalError('A call was settled twice.');
    this.#settled = true;
    const checked = this.#finish(row);
    const { journal, recorder } = this.#options;
    const recorded: RecordedRow = {
      rowId: this.#rowId,
      row: checked,
      heldFor: this.#hold?.subjects ?? [],
    };
    try {
      await journal.settle(this.#rowId, checked);
    } catch {
      // The journal has told. The row is durable as soon as the database has it.
      return recorder.add(recorded);
    }
    // What cannot be recorded now is recorded later, by this process or from the journal.
    recorder.add(recorded).catch(() => undefined);
  }

  /** Gives back what was reserved and not used: at once, and whatever the row is like. */
  #finish(row: LedgerRow): LedgerRow {
    const hold = this.#hold;
    try {
      const checked = checkedRow(row);
      const { promptTokens, completionTokens } = checked.usage;
      if (hold) this.#options.gate.finish(hold, promptTokens + completionTokens, checked.cost);
      return checked;
    } catch (error) {
      if (hold) this.#options.gate.finish(hold, hold.tokens, 0n);
      throw error;
    }
  }
}

function hasLimit({ limits }: Level): boolean {
  return Object.values(limits).some((limit) => limit !== undefined);
}

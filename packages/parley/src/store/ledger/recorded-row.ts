import type { LedgerRow } from '../../core/ledger.ts';
import type { Holding } from '../counters/counters.ts';
import type { Subject } from '../counters/state.ts';

/** A row on its way into the database. */
export interface RecordedRow {
  /** Ours, unique, and what tells whether the row is there already: the id of a call may be its caller's choice. */
  readonly rowId: string;
  readonly row: LedgerRow;
  /** Of whom its cost is held until then. */
  readonly heldFor: readonly Subject[];
}

/** Who it is charged to. */
export function subjectsOf({ keyId, userId, teamId }: LedgerRow): Subject[] {
  return [
    `key:${keyId}`,
    ...(userId === undefined ? [] : [`user:${userId}`]),
    ...(teamId === undefined ? [] : [`team:${teamId}`]),
  ];
}

/** What is held for rows that are not in the database yet. */
export function holdingsOf(rows: readonly RecordedRow[]): Holding[] {
  return rows.flatMap(({ row, heldFor }) =>
    heldFor.map((subject) => ({ subject, concurrent: 0, held: row.cost })),
  );
}

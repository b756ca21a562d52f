import type { ProcessIdentity } from '../journal/process-identity.ts';
import { integer, json, text } from '../sql/column.ts';
import type { Database, Sql } from '../sql/sql.ts';
import type {
  Counters,
  Finish,
  RegisteredProcess,
  Restatement,
  Round,
  RoundResult,
  Take,
} from './counters.ts';
import { sumHoldings, Tally } from './decide.ts';
import { type Subject, windowsAt } from './state.ts';
import { isRegistered, lockStates, readHoldings, writeHoldings, writeStates } from './subject-table.ts';

/** Windows do not matter where only holdings change. */
const NO_TIME = { minute: 0, day: 0, month: 0 };

/**
 * Counters beside the rows, in one database. The transaction that records a row also gives back what was held for it
 * (row-table.ts), so that `recorded` has nothing left to do.
 */
export class DatabaseCounters implements Counters {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async round({ process, now, finishes, takes }: Round): Promise<RoundResult> {
    const subjects = subjectsOf(finishes, takes);
    return this.#database.transaction(async (sql) => {
      if (!(await isRegistered(sql, process))) return { known: false };
      const states = await lockStates(sql, subjects);
      const tally = new Tally(states, await readHoldings(sql, process, subjects), windowsAt(now));
      for (const finish of finishes) tally.finish(finish);
      const verdicts = takes.map((take) => tally.take(take));
      await writeStates(sql, tally.changedStates);
      await writeHoldings(sql, process, tally.changedHoldings);
      const taken = subjectsOf([], takes);
      return { known: true, verdicts, states: new Map([...taken].map((one) => [one, tally.state(one)])) };
    });
  }

  async restate({ process, holdings, replaces }: Restatement): Promise<void> {
    const { id, identity, seenAt } = process;
    await this.#database.transaction(async (sql) => {
      await release(sql, [...replaces, id]);
      await sql.run('INSERT INTO parley_process (id, identity, seen_at) VALUES (?, ?, ?)', [
        id,
        JSON.stringify(identity),
        seenAt,
      ]);
      const sums = sumHoldings(holdings);
      const states = await lockStates(
        sql,
        sums.map(({ subject }) => subject),
      );
      const tally = new Tally(states, new Map(), NO_TIME);
      for (const holding of sums) tally.hold(holding);
      await writeStates(sql, tally.changedStates);
      await writeHoldings(sql, id, tally.changedHoldings);
    });
  }

  async beat(process: string, now: number): Promise<boolean> {
    const rows = await this.#database.run('UPDATE parley_process SET seen_at = ? WHERE id = ? RETURNING id', [
      now,
      process,
    ]);
    await this.#database.run('DELETE FROM parley_holding WHERE process = ? AND concurrent = 0 AND held = 0', [
      process,
    ]);
    return rows.length > 0;
  }

  async processes(): Promise<readonly RegisteredProcess[]> {
    const rows = await this.#database.run('SELECT id, identity, seen_at FROM parley_process ORDER BY id');
    return rows.map((row) => ({
      id: text(row, 'id'),
      identity: json<ProcessIdentity>(row, 'identity'),
      seenAt: integer(row, 'seen_at'),
    }));
  }

  async release(processes: readonly string[]): Promise<void> {
    for (const process of processes) {
      await this.#database.transaction((sql) => release(sql, [process]));
    }
  }

  async recorded(): Promise<void> {}

  async close(): Promise<void> {}
}

function subjectsOf(finishes: readonly Finish[], takes: readonly Take[]): Set<Subject> {
  return new Set([
    ...finishes.flatMap(({ hold }) => hold.subjects),
    ...takes.flatMap(({ levels }) => levels.map(({ subject }) => subject)),
  ]);
}

async function release(sql: Sql, processes: readonly string[]): Promise<void> {
  for (const process of processes) {
    // Rounds of it that are under way end first; later ones find that it is not registered.
    await sql.run(`SELECT id FROM parley_process WHERE id = ?${sql.forUpdate}`, [process]);
    const holdings = await readHoldings(sql, process);
    const tally = new Tally(await lockStates(sql, holdings.keys()), holdings, NO_TIME);
    for (const { subject, concurrent, held } of holdings.values()) {
      tally.hold({ subject, concurrent: -concurrent, held: -held });
    }
    await writeStates(sql, tally.changedStates);
    await sql.run('DELETE FROM parley_holding WHERE process = ?', [process]);
    await sql.run('DELETE FROM parley_process WHERE id = ?', [process]);
  }
}

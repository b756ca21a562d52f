import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { memoryDatabase, NOON, randomIntegers, taking } from '../counters/counters.fixture.ts';
import type { Hold } from '../counters/counters.ts';
import { DatabaseCounters } from '../counters/database.ts';
import { ledgerRow } from '../journal/journal.fixture.ts';
import { newProcessId, ownIdentity } from '../journal/process-identity.ts';
import { Gate } from './gate.ts';
import { Recorder } from './recorder.ts';
import { RowTable } from './row-table.ts';
import { Turn } from './turn.ts';

const TIMEOUT_MS = 30;

/** Whose methods fail as networks do: nothing is done, or it is done and nobody hears of it, at once or too late. */
function unreliable<T extends object>(
  target: T,
  random: (limit: number) => number,
  state: { calm: boolean },
): T {
  return new Proxy(target, {
    get(_, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return async (...args: unknown[]) => {
        const fate = state.calm ? 99 : random(9);
        if (fate === 0) throw new Error(`${String(name)} was not heard`);
        // What comes too late has to do no harm: only a round can, all else is asked again until it is answered.
        if (fate === 1 && name === 'round') await sleep(3 * TIMEOUT_MS);
        const result = await Reflect.apply(method, target, args);
        if (fate === 2) throw new Error(`the answer of ${String(name)} was lost`);
        return result;
      };
    },
  });
}

for (const seed of [1, 2, 37, 39]) {
  test(`whatever is lost on the way, nothing is held in the end and every row is there once (${seed})`, async (t) => {
    const random = randomIntegers(seed);
    const database = await memoryDatabase();
    t.after(() => database.close());
    const state = { calm: true };
    const rows = unreliable(new RowTable(database), random, state);
    const counters = unreliable(new DatabaseCounters(database), random, state);
    const turn = new Turn();
    let troubles = 0;
    const onTrouble = () => void troubles++;
    let recorder: Recorder | undefined;
    const common = { now: () => NOON, timeoutMs: TIMEOUT_MS, turn, onTrouble, retryMs: [2, 5] };
    const gate = await Gate.open({
      ...common,
      counters,
      identity: ownIdentity(),
      newProcessId,
      rowsAreKnown: () => recorder?.troubleSince === undefined,
    });
    recorder = new Recorder({
      ...common,
      record: (batch) => rows.record(gate.recordingProcess, batch),
      onRecorded: (batch, spent) => gate.recorded(batch, spent),
    });
    state.calm = false;

    const limits = { concurrent: 8, budgetTotal: 10n ** 12n };
    const running: Hold[] = [];
    let [granted, ended, most] = [0, 0, 0];
    const end = (hold: Hold) => {
      const cost = BigInt(random(100));
      gate.finish(hold, random(50), cost);
      const row = ledgerRow(`c${ended}`, { cost, startedAt: NOON });
      recorder.add({ rowId: `r${ended++}`, row, heldFor: hold.subjects }).catch(() => undefined);
    };
    for (let step = 0; step < 400; step++) {
      const takes = Array.from({ length: random(4) }, () =>
        taking(['key:k', 'team:t'], limits, { cost: 100n }),
      );
      for (const verdict of await Promise.all(takes.map((take) => gate.take(take)))) {
        if (verdict.kind === 'refused') continue;
        running.push(verdict.hold);
        granted++;
      }
      // One process alone: even when it counts for itself, it knows what it has let through.
      most = Math.max(most, running.length);
      for (let ends = random(4); ends > 0 && running.length > 0; ends--) {
        end(running.splice(random(running.length), 1)[0] ?? assert.fail());
      }
      if (random(10) === 0) await sleep(random(40));
    }
    for (const hold of running.splice(0)) end(hold);
    state.calm = true;
    const waiting = () =>
      recorder.waiting > 0 || recorder.troubleSince !== undefined || gate.troubleSince !== undefined;
    for (let tries = 0; waiting() || gate.holdings.length > 0; tries++) {
      assert.ok(tries < 1_000, 'it is well again within ten seconds');
      await sleep(10);
    }
    // Rounds that came too late have come by now.
    await sleep(4 * TIMEOUT_MS);

    assert.ok(troubles > 20 && granted > 100, `${troubles} troubles, ${granted} granted`);
    assert.equal(most, 8);
    const one = async (sql: string) => Number(Object.values((await database.run(sql))[0] ?? {})[0]);
    assert.equal(await one('SELECT count(*) FROM parley_row'), granted);
    assert.equal(await one('SELECT calls FROM parley_usage'), granted);
    const sums = await database.run(
      'SELECT concurrent, held, total_spent = (SELECT sum(cost) FROM parley_row) AS exact FROM parley_subject ORDER BY subject',
    );
    assert.deepEqual(
      sums.map((sum) => ({ ...sum })),
      [
        { concurrent: 0n, held: 0n, exact: 1n },
        { concurrent: 0n, held: 0n, exact: 0n },
      ],
    );
    assert.equal(await one('SELECT count(*) FROM parley_holding WHERE concurrent <> 0 OR held <> 0'), 0);
    assert.equal(await one('SELECT count(*) FROM parley_process'), 1);
    await gate.close();
    await recorder.close();
  });
}

import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Limits } from '../core/ledger.ts';
import { StoreProcess } from './child-process.fixture.ts';
import { randomIntegers } from './counters/counters.fixture.ts';
import { temporaryFolder } from './journal/journal.fixture.ts';
import { openStore, type Store } from './open-store.ts';
import { recorded, STORES } from './stores.fixture.ts';

const cache = temporaryFolder({ after });
/** Processes that run side by side. */
const SIDE_BY_SIDE = 2;
const KILLS: Readonly<Record<string, number>> = { SQLite: 200, PostgreSQL: 20, 'PostgreSQL and Redis': 20 };
const LIMITS = { concurrent: 1_000, budgetTotal: 10n ** 15n, tokensPerMinute: 10 ** 9 };

/** All calls that are in the database: their ids, as callers know them, and what they cost. */
async function allRows(store: Store) {
  const costs = new Map<string, bigint>();
  let unsettled = 0;
  for (let after: string | undefined; ; ) {
    const page = await store.rows({ limit: 1_000, after });
    for (const { id, cost, errorCode } of page.rows) {
      assert.equal(costs.has(id), false, `${id} is there once`);
      costs.set(id, cost);
      if (errorCode === 'process_ended') unsettled++;
    }
    if (page.next === undefined) return { costs, unsettled };
    after = page.next;
  }
}

for (const { name, skip, place } of STORES.filter(({ shared }) => shared)) {
  const kills = KILLS[name] ?? 0;
  const title = `${name}: killed ${kills} times under load, it loses no settled row and holds nothing`;
  test(title, { skip: skip ?? false, timeout: 300_000 }, async (t) => {
    const where = await place(t);
    const random = randomIntegers(1);
    const troubles: unknown[] = [];
    const open = () => openStore({ ...where, onTrouble: (what, error) => troubles.push([what, error]) });
    const first = await open();
    await first.keys.putOwner({ kind: 'team', id: 't', limits: LIMITS });
    const { key } = await first.keys.create({ name: 'a', limits: LIMITS });
    await first.close();

    const charged = { keyId: key.id, userId: undefined, teamId: 't' };
    // One that ends by itself leaves what Node has compiled to those that do not.
    const gentle = new StoreProcess(
      { store: where, now: undefined, charged, load: 0, name: 'gentle' },
      cache,
    );
    await gentle.ready();
    await gentle.close();
    const settled: string[] = [];
    let count = 0;
    const one = async () => {
      for (let kill = count++; kill < kills; kill = count++) {
        const child = new StoreProcess(
          { store: where, now: undefined, charged, load: 8, name: `p${kill}` },
          cache,
        );
        await child.ready();
        const lines: string[] = [];
        // Sometimes before anything is settled, sometimes after some hundred.
        for (let more = random(4) * random(60); more > 0; more--) lines.push((await child.line()) ?? '');
        settled.push(...lines, ...(await child.kill()));
      }
    };
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, one));

    const store = await open();
    t.after(() => store.close());
    await recorded(store);
    const { costs, unsettled } = await allRows(store);
    assert.ok(settled.length > kills, `${settled.length} calls were settled`);
    const lost = settled.filter((id) => costs.get(id) !== 700n);
    assert.deepEqual(lost, []);
    const [sum] = await store.usage({
      from: 0,
      to: 10 ** 9 * 3_600_000,
      groupBy: ['team'],
      interval: undefined,
    });
    const total = [...costs.values()].reduce((all, cost) => all + cost, 0n);
    assert.deepEqual([sum?.calls, sum?.cost], [costs.size, total]);
    // Nothing is held, neither money nor places: all of every limit can be had, and not more.
    const grants = async (limits: Partial<Limits>) => {
      await store.keys.putOwner({ kind: 'team', id: 't', limits });
      const demand = { callId: 'all', charged, model: 'm', tokens: 1, cost: 1n };
      const all = await Promise.allSettled(Array.from({ length: 100 }, () => store.ledger.reserve(demand)));
      return all.filter(({ status }) => status === 'fulfilled').length;
    };
    assert.equal(await grants({ budgetTotal: total + 50n }), 50);
    assert.equal(await grants({ concurrent: 60 }), 10);
    assert.deepEqual(troubles, []);
    t.diagnostic(
      `${settled.length} settled, ${costs.size} rows, ${unsettled} of them of calls that never settled`,
    );
    // A process that was killed before its first line has left an empty file, which goes when its lease is over.
    const files = readdirSync(where.journal).map((file) => statSync(join(where.journal, file)).size);
    assert.equal(files.filter((size) => size > 0).length, 1);
  });
}

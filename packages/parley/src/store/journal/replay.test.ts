import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { RecordedRow } from '../ledger/recorded-row.ts';
import { begunCall, deadIdentity, ledgerRow, openJournal, temporaryFolder } from './journal.fixture.ts';
import { isRunning, ownIdentity } from './process-identity.ts';
import { replayDeadJournals } from './replay.ts';

const NOW = 1_900_000_000_000;
const LEASE_MS = 30_000;

function replaying(folder: string, own = 'mine') {
  const recorded: RecordedRow[] = [];
  const options = {
    folder,
    own,
    now: NOW,
    leaseMs: LEASE_MS,
    unsettled: ({ id }: { id: string }) => ledgerRow(id, { errorCode: 'lost' }),
    record: async (rows: readonly RecordedRow[]) => void recorded.push(...rows),
    sync: async () => {},
  };
  return { recorded, options, replay: () => replayDeadJournals(options) };
}

test('what a dead process settled is recorded, then what it did not; its files go', async (t) => {
  const folder = temporaryFolder(t);
  const { journal } = await openJournal(t, folder, { name: 'dead', identity: deadIdentity });
  for (const id of ['r1', 'r2', 'r3']) journal.begin(begunCall(id));
  await journal.settle('r2', ledgerRow('c2', { cost: 7n }));
  await journal.settle('r3', ledgerRow('c3'));
  const { recorded, replay } = replaying(folder);
  assert.deepEqual(await replay(), { rows: 2, unsettled: 1, damaged: 0 });
  assert.deepEqual(
    recorded.map(({ rowId, row, heldFor }) => [rowId, row.id, row.cost, row.errorCode, heldFor]),
    [
      ['r2', 'c2', 7n, undefined, []],
      ['r3', 'c3', 1_000n, undefined, []],
      ['r1', 'call r1', 1_000n, 'lost', []],
    ],
  );
  assert.deepEqual(readdirSync(folder), []);
  assert.deepEqual(await replay(), { rows: 0, unsettled: 0, damaged: 0 });
});

test('a torn last line is told and does no harm', async (t) => {
  const folder = temporaryFolder(t);
  const { journal } = await openJournal(t, folder, { name: 'dead', identity: deadIdentity });
  await journal.settle('r1', ledgerRow('c1'));
  writeFileSync(join(folder, 'dead.000001.journal'), '0badcafe {"kind":"row","ro', { flag: 'a' });
  const { recorded, replay } = replaying(folder);
  assert.deepEqual(await replay(), { rows: 1, unsettled: 0, damaged: 1 });
  assert.deepEqual(
    recorded.map(({ rowId }) => rowId),
    ['r1'],
  );
});

test('journals of processes that run are left alone; of those nobody can look for, until their lease is over', async (t) => {
  const folder = temporaryFolder(t);
  const elsewhere = { ...ownIdentity(), boot: 'another machine' };
  const journals = [
    await openJournal(t, folder, { name: 'mine' }),
    await openJournal(t, folder, { name: 'neighbour' }),
    await openJournal(t, folder, { name: 'elsewhere', identity: elsewhere }),
  ];
  for (const [i, { journal }] of journals.entries()) {
    await journal.settle(`r${i}`, ledgerRow(`c${i}`));
    await journal.beat(NOW - LEASE_MS);
  }
  const { recorded, replay, options } = replaying(folder);
  assert.deepEqual(await replay(), { rows: 0, unsettled: 0, damaged: 0 });
  assert.equal(readdirSync(folder).length, 3);
  const later = { ...options, now: NOW + 1 };
  assert.deepEqual(await replayDeadJournals(later), { rows: 1, unsettled: 0, damaged: 0 });
  assert.deepEqual(
    recorded.map(({ rowId }) => rowId),
    ['r2'],
  );
  assert.deepEqual(readdirSync(folder).sort(), ['mine.000001.journal', 'neighbour.000001.journal']);
});

test('a file without a first line goes when its lease is over', async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, 'killed.000001.journal');
  writeFileSync(path, '');
  const { replay } = replaying(folder);
  utimesSync(path, NOW / 1000, NOW / 1000);
  await replay();
  assert.equal(readdirSync(folder).length, 1);
  utimesSync(path, (NOW - LEASE_MS - 1_000) / 1000, (NOW - LEASE_MS - 1_000) / 1000);
  await replay();
  assert.equal(readdirSync(folder).length, 0);
});

test('what could not be recorded is there for the next time', async (t) => {
  const folder = temporaryFolder(t);
  const { journal } = await openJournal(t, folder, { name: 'dead', identity: deadIdentity });
  await journal.settle('r1', ledgerRow('c1'));
  const { recorded, replay, options } = replaying(folder);
  const broken = { ...options, record: () => Promise.reject(new Error('no database')) };
  await assert.rejects(replayDeadJournals(broken), /no database/);
  assert.deepEqual(readdirSync(folder), ['dead.000001.journal']);
  await replay();
  assert.deepEqual(
    recorded.map(({ rowId }) => rowId),
    ['r1'],
  );
});

test('it is known of a process of this machine whether it runs', async () => {
  const script = `
    const { ownIdentity } = await import(${JSON.stringify(new URL('./process-identity.ts', import.meta.url).href)});
    console.log(JSON.stringify(ownIdentity()));
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout, 'data');
  const identity = JSON.parse(String(line));
  assert.equal(isRunning(identity), true);
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
  assert.equal(isRunning(identity), false);
  assert.equal(isRunning(ownIdentity()), true);
  assert.equal(isRunning({ ...identity, boot: 'another' }), undefined);
  assert.equal(isRunning({ ...identity, namespace: 'another' }), undefined);
  if (process.platform === 'linux') assert.equal(isRunning({ ...ownIdentity(), started: '1' }), false);
});

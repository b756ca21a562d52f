import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { begunCall, ledgerRow, openJournal, temporaryFolder } from './journal.fixture.ts';
import { ownIdentity } from './process-identity.ts';
import { readSegment } from './read-journal.ts';

const FIRST = 'mine.000001.journal';
const noSync = async () => {};

async function contentOf(path: string) {
  const content = await readSegment(path);
  assert.ok(content);
  return content;
}

test('what is settled is in the file when that is said, and nobody else may read it', async (t) => {
  const folder = join(temporaryFolder(t), 'new');
  const { journal } = await openJournal(t, folder);
  const row = ledgerRow('a "quoted"\n line', {
    userId: 'u',
    cost: 2n ** 60n,
    timing: { queueSeconds: 0.1, promptSeconds: 0, completionSeconds: 1, totalSeconds: 1.1 },
    attempts: [{ target: 't', outcome: 'answered' }],
  });
  journal.begin(begunCall('r1'));
  await journal.settle('r1', row);
  const path = join(folder, FIRST);
  const { entries, damaged } = await contentOf(path);
  assert.equal(damaged, 0);
  const [head, begun, settled, ...rest] = entries;
  assert.deepEqual(head, { kind: 'process', version: 1, identity: ownIdentity() });
  assert.ok(begun?.kind === 'begun' && begun.begun.id === 'call r1');
  assert.ok(settled?.kind === 'row');
  assert.deepEqual({ ...settled.row, teamId: undefined, errorCode: undefined }, row);
  assert.deepEqual(rest, []);
  if (process.platform !== 'win32') {
    assert.deepEqual([statSync(path).mode & 0o777, statSync(folder).mode & 0o777], [0o600, 0o700]);
  }
});

test('calls that settle together are all there, each once', async (t) => {
  const folder = temporaryFolder(t);
  const { journal } = await openJournal(t, folder);
  const ids = Array.from({ length: 300 }, (_, i) => `r${i}`);
  await Promise.all(ids.map((id) => journal.settle(id, ledgerRow(id))));
  const { entries } = await contentOf(join(folder, FIRST));
  assert.deepEqual(
    entries.flatMap((entry) => (entry.kind === 'row' ? entry.rowId : [])),
    ids,
  );
});

test('a file that ends anywhere gives all whole lines before, and one that is damaged all others', async (t) => {
  const folder = temporaryFolder(t);
  const { journal } = await openJournal(t, folder);
  for (const id of ['r1', 'r2']) await journal.settle(id, ledgerRow(id));
  const path = join(folder, FIRST);
  const whole = readFileSync(path);
  const ends = [...whole.keys()].filter((at) => whole[at] === 10);
  const copy = join(folder, 'copy');
  for (let length = whole.length; length >= 0; length--) {
    writeFileSync(copy, whole);
    truncateSync(copy, length);
    const { entries, damaged } = await contentOf(copy);
    assert.equal(entries.length, ends.filter((end) => end < length).length, `${length} bytes`);
    assert.equal(damaged, ends.some((end) => end === length - 1) || length === 0 ? 0 : 1);
  }
  const [first = 0] = ends;
  for (let at = first + 1; at < (ends[1] ?? 0); at++) {
    const bytes = Buffer.from(whole);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(copy, bytes);
    const { entries, damaged } = await contentOf(copy);
    assert.ok(damaged >= 1, `byte ${at}`);
    assert.deepEqual(
      entries.flatMap((entry) => (entry.kind === 'row' ? entry.rowId : [])),
      ['r2'],
    );
  }
});

test('files go when all in them is recorded, in their order; a call that runs is named in each', async (t) => {
  const folder = temporaryFolder(t);
  const { journal } = await openJournal(t, folder);
  const large = 'x'.repeat(400);
  const attempts = Array.from({ length: 100 }, () => ({ target: large, outcome: large }));
  const settle = async (from: number, to: number) => {
    for (let id = from; id < to; id++) await journal.settle(`r${id}`, ledgerRow(`r${id}`, { attempts }));
  };
  const ids = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `r${from + i}`);
  journal.begin(begunCall('long'));
  // Some 80 kB each: files of 4 MB.
  await settle(0, 150);
  assert.deepEqual(readdirSync(folder).sort(), [FIRST, 'mine.000002.journal', 'mine.000003.journal']);
  for (const name of readdirSync(folder)) {
    const [, second] = (await contentOf(join(folder, name))).entries;
    assert.ok(second?.kind === 'begun' && second.begun.rowId === 'long', name);
  }
  let synced = 0;
  const sync = async () => void synced++;
  journal.recorded(ids(1, 150));
  await journal.clear(sync);
  assert.deepEqual([readdirSync(folder).length, synced], [3, 0]);
  journal.recorded(['r0']);
  await journal.clear(sync);
  assert.deepEqual([readdirSync(folder), synced], [['mine.000003.journal'], 1]);
  assert.equal(journal.open, 1);
  await journal.close(sync);
  // The long call has not settled: the next process has to say so.
  assert.deepEqual(readdirSync(folder), ['mine.000003.journal']);
});

test('a journal that has nothing left to say leaves no file', async (t) => {
  const folder = temporaryFolder(t);
  const { journal } = await openJournal(t, folder);
  journal.begin(begunCall('r1'));
  await journal.settle('r1', ledgerRow('r1'));
  journal.recorded(['r1']);
  await journal.close(noSync);
  assert.deepEqual(readdirSync(folder), []);
  await assert.rejects(journal.settle('r2', ledgerRow('r2')), /closed/);
});

test('when the disk fails, those who wait are told; later it goes on in a new file', async (t) => {
  const folder = join(temporaryFolder(t), 'journal');
  const { journal, failures } = await openJournal(t, folder);
  await journal.beat(1_800_000_000_000);
  rmSync(folder, { recursive: true });
  await assert.rejects(journal.beat(1_800_000_001_000), /ENOENT/);
  journal.begin(begunCall('r0'));
  await assert.rejects(journal.settle('r1', ledgerRow('r1')), /ENOENT/);
  assert.ok(failures.length > 0);
  mkdirSync(folder);
  await journal.settle('r2', ledgerRow('r2'));
  const [name = ''] = readdirSync(folder);
  const { entries } = await contentOf(join(folder, name));
  assert.deepEqual(
    entries.map(({ kind }) => kind),
    ['process', 'begun', 'row'],
  );
});

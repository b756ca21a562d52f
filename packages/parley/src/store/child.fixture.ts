import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Demand, Reservation } from '../core/ledger.ts';
import { ledgerRow } from './journal/journal.fixture.ts';
import { openStore, type StoreOptions } from './open-store.ts';

/** What a process of processes.test.ts and kill.test.ts is to do. */
export interface ChildOptions {
  readonly store: Omit<StoreOptions, 'onTrouble' | 'now'>;
  /** Unix time in milliseconds, where the clock stands; undefined: it goes. */
  readonly now: number | undefined;
  readonly charged: Demand['charged'];
  /** Calls that settle one after the other, side by side, from the start on; 0: it waits for orders. */
  readonly load: number;
  /** Before each id of a call. */
  readonly name: string;
}

// kill.test.ts and processes.test.ts write it.
const { store: where, now: stands, charged, load, name } = JSON.parse(process.argv[2] ?? '') as ChildOptions;
let advanced = 0;
const now = stands === undefined ? Date.now : () => stands + advanced;
/** At once, whatever happens then: what was said has happened. */
function say(line: string): void {
  const bytes = Buffer.from(`${line}\n`);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      // The pipe is full, and the other side reads slowly.
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
    }
  }
}
const store = await openStore({
  ...where,
  now,
  onTrouble: (what, error) => say(`trouble: ${what}: ${String(error)}`),
});

let calls = 0;
const reserve = (whom = charged) => {
  const callId = `${name}-${calls++}`;
  return store.ledger.reserve({ callId, charged: whom, model: 'm', tokens: 100, cost: 1_000n });
};
const settle = (one: Reservation, whom = charged) =>
  one.settle(ledgerRow(one.callId, { ...whom, startedAt: now(), finishedAt: now(), cost: 700n }));

async function settleForEver(): Promise<never> {
  for (;;) {
    const reservation = await reserve();
    await settle(reservation);
    say(reservation.callId);
  }
}

for (let i = 0; i < load; i++) void settleForEver();

const held: Reservation[] = [];
async function obey(order: string): Promise<string> {
  const [word, argument, team = ''] = order.split(' ');
  const whom = { ...charged, teamId: team };
  switch (word) {
    case 'reserve': {
      const all = await Promise.allSettled(Array.from({ length: Number(argument) }, () => reserve(whom)));
      const granted = all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      held.push(...granted);
      const failed = all.flatMap((one) => (one.status === 'rejected' ? [String(one.reason.code)] : []));
      return JSON.stringify({ granted: granted.length, codes: [...new Set(failed)] });
    }
    case 'settle':
      await Promise.all(held.splice(0).map((one) => settle(one, whom)));
      return 'settled';
    case 'advance':
      advanced += Number(argument);
      return 'advanced';
    case 'find':
      return (await store.keys.find(argument ?? '')) === undefined ? 'refused' : 'found';
    default:
      await store.close();
      return 'closed';
  }
}

say('ready');
if (load === 0) {
  for await (const order of createInterface({ input: process.stdin })) {
    const answer = await obey(order);
    say(answer);
    if (answer === 'closed') break;
  }
}

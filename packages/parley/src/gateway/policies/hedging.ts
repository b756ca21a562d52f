import type { AttemptContext } from '../attempt.ts';
import type { Clock } from '../clock.ts';
import type { Answering } from './opened.ts';

/** Opens a call at one target after another, until one answers. */
export type Open = (context: AttemptContext) => Promise<Answering>;

/**
 * Asks a second target as well when the first has said nothing for so long; whoever answers first goes on, the other is
 * ended at once. Both take their targets from the same route, so they never ask the same.
 */
export function hedging(afterMs: number, clock: Clock): (next: Open) => Open {
  return (next) => async (context) => {
    const first = begin(next, context);
    const early = await Promise.race([settled(first.opened), wait(afterMs, clock, first)]);
    if (early === 'settled') return first.opened;
    const second = begin(next, context);
    try {
      const winner = await Promise.any([
        first.opened.then((opened) => ({ opened, loser: second })),
        second.opened.then((opened) => ({ opened, loser: first })),
      ]);
      winner.loser.end();
      return winner.opened;
    } catch {
      // Both failed: what the first says is what would have been said without the second.
      return first.opened;
    }
  };
}

interface Branch {
  readonly opened: Promise<Answering>;
  /** Ends the call, and what it opens later. */
  end(): void;
}

class Outrun extends Error {
  override readonly name = 'Outrun';
}

function begin(open: Open, context: AttemptContext): Branch {
  const controller = new AbortController();
  const signal = AbortSignal.any([context.signal, controller.signal]);
  const opened = open({ ...context, signal });
  return {
    opened,
    end() {
      controller.abort(new Outrun('another target answered first'));
      opened.then(({ events }) => events.return?.()).catch(() => undefined);
    },
  };
}

function settled(promise: Promise<unknown>): Promise<'settled'> {
  return promise.then(
    () => 'settled',
    () => 'settled',
  );
}

/** The timer is gone when the first branch settles, also by the end of the call. */
function wait(milliseconds: number, clock: Clock, { opened }: Branch): Promise<'late'> {
  return new Promise((resolve) => {
    const callOff = clock.after(milliseconds, () => resolve('late'));
    opened.then(callOff, callOff);
  });
}

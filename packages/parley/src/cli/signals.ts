import type { Signal, World } from './world.ts';

/** What shells expect of a program that a signal ended. */
const CODES = { SIGINT: 130, SIGTERM: 143 } as const satisfies Partial<Record<Signal, number>>;

export interface Interruption extends Disposable {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** 130 or 143 once there was a signal. */
  readonly exitCode: number | undefined;
}

/** The first SIGINT or SIGTERM aborts; a second one ends the process at once. */
export function watchSignals(world: Pick<World, 'onSignal' | 'exit'>): Interruption {
  const controller = new AbortController();
  let exitCode: number | undefined;
  const on = (signal: keyof typeof CODES) =>
    world.onSignal(signal, () => {
      if (exitCode !== undefined) return world.exit(CODES[signal]);
      exitCode = CODES[signal];
      controller.abort();
    });
  const listeners = [on('SIGINT'), on('SIGTERM')];
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode;
    },
    [Symbol.dispose]() {
      for (const remove of listeners) remove();
    },
  };
}

/** Runs something that the first signal cuts short; resolves to 130 or 143 then. */
export async function interruptible(
  world: World,
  work: (signal: AbortSignal) => Promise<number>,
): Promise<number> {
  using interruption = watchSignals(world);
  try {
    return await work(interruption.signal);
  } catch (error) {
    if (interruption.exitCode !== undefined) return interruption.exitCode;
    throw error;
  }
}

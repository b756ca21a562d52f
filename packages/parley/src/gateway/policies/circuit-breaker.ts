import { ApiError } from '@parley/protocol/errors';
import type { Clock } from '../clock.ts';
import type { CircuitOptions, Target } from '../target.ts';
import {
  admission,
  type CircuitState,
  CLOSED,
  halfWell,
  withFailure,
  withoutProbe,
  withProbe,
} from './circuit-state.ts';
import { healthOf, TargetUnavailable } from './failures.ts';
import type { AttemptEnd, Gate, Pass } from './guard.ts';

/** Where the states of all circuits are. One process keeps them in memory; several may share them. */
export interface CircuitStore {
  /** As last seen here: it may lag behind. */
  peek(target: string): CircuitState;
  /** Makes the change as one step and gives what came of it. It may be called several times; the last one counts. */
  update(target: string, change: (state: CircuitState) => CircuitState): Promise<CircuitState>;
}

export class MemoryCircuits implements CircuitStore {
  readonly #states = new Map<string, CircuitState>();

  peek(target: string): CircuitState {
    return this.#states.get(target) ?? CLOSED;
  }

  async update(target: string, change: (state: CircuitState) => CircuitState): Promise<CircuitState> {
    const state = change(this.peek(target));
    if (state.failures === 0 && state.openUntil === undefined) this.#states.delete(target);
    else this.#states.set(target, state);
    return state;
  }
}

export interface CircuitWorld {
  readonly store: CircuitStore;
  readonly clock: Clock;
  readonly onChange: (target: string, change: 'opened' | 'probed' | 'closed') => void;
  /** Told when the shared states cannot be reached: the calls go on without. */
  readonly onStoreFailure: (error: unknown) => void;
}

/** Milliseconds until a call of the target has a chance; 0: now. */
export function circuitWaitMs(target: Target, { store, clock }: CircuitWorld): number {
  const now = admission(store.peek(target.id), clock.unix());
  return typeof now === 'object' ? now.retryAfterMs : 0;
}

/**
 * Leaves a target alone that has failed several times in a row, or does not take our key, and lets one call probe it from
 * time to time. A healthy target costs no update of the store.
 */
export function circuitGate(options: CircuitOptions, world: CircuitWorld): Gate {
  return {
    enter(target) {
      const state = world.store.peek(target.id);
      if (admission(state, world.clock.unix()) === 'closed') return new CircuitPass(target, options, world);
      return enterHalfOpen(target, options, world);
    },
  };
}

async function enterHalfOpen(target: Target, options: CircuitOptions, world: CircuitWorld): Promise<Pass> {
  const { store, clock, onChange, onStoreFailure } = world;
  const seen: { admitted: ReturnType<typeof admission> } = { admitted: 'closed' };
  let state = CLOSED;
  try {
    state = await store.update(target.id, (current) => {
      const now = clock.unix();
      seen.admitted = admission(current, now);
      return seen.admitted === 'probe' ? withProbe(current, now, options) : current;
    });
  } catch (error) {
    onStoreFailure(error);
    return new CircuitPass(target, options, world);
  }
  if (typeof seen.admitted === 'object') {
    const error = state.error === undefined ? undefined : new ApiError(state.error);
    throw new TargetUnavailable('circuit-open', seen.admitted.retryAfterMs, error);
  }
  if (seen.admitted === 'probe') onChange(target.id, 'probed');
  return new CircuitPass(target, options, world, seen.admitted === 'probe');
}

class CircuitPass implements Pass {
  readonly #target: Target;
  readonly #options: CircuitOptions;
  readonly #world: CircuitWorld;
  #isProbe: boolean;

  constructor(target: Target, options: CircuitOptions, world: CircuitWorld, isProbe = false) {
    this.#target = target;
    this.#options = options;
    this.#world = world;
    this.#isProbe = isProbe;
  }

  /** A long answer must not keep others waiting until it is over. */
  content(): void {
    if (!this.#isProbe) return;
    this.#isProbe = false;
    this.#change((state) => halfWell(state, this.#options));
  }

  over({ outcome, failure }: AttemptEnd): void {
    const health = healthOf(outcome);
    const probe = this.#isProbe;
    if (health === undefined) {
      if (probe) this.#change(withoutProbe);
      return;
    }
    if (health === 'well') {
      const { failures, openUntil } = this.#world.store.peek(this.#target.id);
      // A call from before it opened says nothing of how the target is now.
      const isOld = openUntil !== undefined && !probe;
      if (!isOld && (failures > 0 || openUntil !== undefined)) this.#change(() => CLOSED);
      return;
    }
    const failed = {
      atOnce: health === 'locked-out',
      retryAfterMs: failure?.retryAfterMs,
      error: failure?.error.toOptions(),
      probe,
    };
    this.#change((state) => withFailure(state, this.#world.clock.unix(), this.#options, failed));
  }

  #change(change: (state: CircuitState) => CircuitState): void {
    const { store, onChange, onStoreFailure } = this.#world;
    const { id } = this.#target;
    const wasOpen = store.peek(id).openUntil;
    store.update(id, change).then(({ openUntil }) => {
      if (openUntil === wasOpen) return;
      onChange(id, openUntil === undefined ? 'closed' : 'opened');
    }, onStoreFailure);
  }
}

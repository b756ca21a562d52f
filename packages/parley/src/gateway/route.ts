import { type CallTarget, UpstreamFailure } from './attempt.ts';
import { elsewhere, type TargetUnavailable, unavailableError } from './policies/failures.ts';
import type { Route } from './policies/fallback.ts';
import type { Candidate } from './policies/opened.ts';
import type { Deployment, Target } from './target.ts';

/** The targets of a deployment that honour the request. */
export interface Stage {
  readonly deployment: Deployment;
  readonly call: CallTarget;
  readonly targets: readonly Target[];
  /** Best first, of targets of one priority that take calls now. */
  readonly order: (targets: readonly Target[]) => readonly Target[];
}

/** Targets of one priority. */
interface Group {
  readonly stage: Stage;
  readonly targets: readonly Target[];
}

type Failure = UpstreamFailure | TargetUnavailable;

export interface RouteWorld {
  /** Until a target takes calls; 0: it does now. */
  readonly waitMs: (target: Target) => number;
  readonly onFailed: (candidate: Candidate, error: Failure) => void;
}

/**
 * By deployment, by priority, and within one priority as the deployment balances. The order is made when its turn comes:
 * what is busy or open may have changed until then.
 */
export class StagedRoute implements Route {
  #groups: Group[];
  readonly #fallbacks: Iterator<Stage>;
  readonly #world: RouteWorld;
  readonly #refusals: TargetUnavailable[] = [];
  #ready: Candidate[] = [];
  #first: UpstreamFailure | undefined;
  #isOver = false;
  /** Tokens that were not enough. */
  #tooSmall: number | undefined;

  /** `fallbacks` are asked for when the first is exhausted. */
  constructor(first: Stage, fallbacks: Iterator<Stage>, world: RouteWorld) {
    this.#groups = byPriority(first);
    this.#fallbacks = fallbacks;
    this.#world = world;
  }

  next(): Candidate | undefined {
    while (!this.#isOver) {
      const candidate = this.#ready.shift();
      if (candidate !== undefined) {
        if (this.#hasRoom(candidate.target)) return candidate;
        continue;
      }
      const group = this.#nextGroup();
      if (group === undefined) return undefined;
      this.#ready = this.#ordered(group);
    }
    return undefined;
  }

  failed(candidate: Candidate, error: Failure): void {
    const { target, deployment } = candidate;
    this.#world.onFailed(candidate, error);
    if (!(error instanceof UpstreamFailure)) {
      this.#refusals.push(error);
      return;
    }
    const isFirst = this.#first === undefined;
    this.#first ??= error;
    switch (elsewhere(error.kind)) {
      case 'anywhere':
        return;
      case 'larger-context':
        // Unknown is not larger: the request would be paid for once more to hear the same.
        this.#tooSmall = Math.max(this.#tooSmall ?? 0, target.contextLength ?? Number.POSITIVE_INFINITY);
        return;
      case 'if-allowed':
        this.#isOver = deployment.fallbackOnContentPolicy !== true;
        return;
      case 'nowhere':
        // What a stand-in does not take may be its own fault.
        this.#isOver = isFirst;
    }
  }

  putBack(candidate: Candidate): void {
    this.#ready.unshift(candidate);
  }

  failure(): unknown {
    return this.#first ?? unavailableError(this.#refusals);
  }

  #hasRoom({ contextLength }: Target): boolean {
    return this.#tooSmall === undefined || (contextLength ?? 0) > this.#tooSmall;
  }

  #nextGroup(): Group | undefined {
    while (this.#groups.length === 0) {
      const { done, value: stage } = this.#fallbacks.next();
      if (done) return undefined;
      this.#groups = byPriority(stage);
    }
    return this.#groups.shift();
  }

  #ordered({ stage, targets }: Group): Candidate[] {
    const free = targets.filter((target) => this.#world.waitMs(target) === 0);
    const standIns = free.filter(({ weight }) => weight === 0);
    const busy = targets.filter((target) => !free.includes(target));
    const regular = stage.order(free.filter(({ weight }) => weight > 0));
    const { deployment, call } = stage;
    return [...regular, ...standIns, ...busy].map((target) => ({ target, deployment, call }));
  }
}

function byPriority(stage: Stage): Group[] {
  const groups = Map.groupBy(stage.targets, ({ priority }) => priority);
  return [...groups].sort(([a], [b]) => a - b).map(([, targets]) => ({ stage, targets }));
}

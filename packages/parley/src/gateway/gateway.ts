import { ApiError, modelNotFound } from '@parley/protocol/errors';
import type { Backend, CallContext, ChatRequest } from '../core/complete.ts';
import type { ChatEvent } from '../core/event.ts';
import type { AttemptRecord, CallTarget } from './attempt.ts';
import type { CacheStore } from './cache/cache-store.ts';
import { type Clock, realClock } from './clock.ts';
import { unsuited } from './emulate/capabilities.ts';
import type { GatewayLog } from './log.ts';
import { modelOf } from './models.ts';
import { OpenCalls } from './open-calls.ts';
import { circuitWaitMs } from './policies/circuit-breaker.ts';
import { Serving, type ServingWorld } from './serving.ts';
import { createGatewayState, type GatewayState } from './state.ts';
import type { Unsuited } from './suited-targets.ts';
import type { Deployment } from './target.ts';

export interface GatewayOptions {
  readonly deployments: readonly Deployment[];
  readonly callTarget: CallTarget;
  readonly log: GatewayLog;
  /** Told of each attempt when it is over, with the context of the call that it was made for. */
  readonly onAttempt?: (record: AttemptRecord, context: CallContext) => void;
  /** Where answers are kept for those who opt in; without it they are not, and the report says so. */
  readonly cache?: { readonly store: CacheStore; readonly shared: boolean } | undefined;
  /** Of an earlier gateway, whose targets these are too. */
  readonly state?: GatewayState;
  readonly clock?: Clock;
  /** From 0 to below 1. */
  readonly random?: () => number;
  readonly unsuited?: Unsuited;
}

/** How a target is doing. */
export interface TargetStatus {
  readonly model: string;
  readonly target: string;
  readonly inFlight: number;
  /** Until the circuit lets a call through; 0: it does now. */
  readonly circuitWaitMs: number;
  /** Mean time to the first token; undefined where none was measured. */
  readonly firstTokenMs: number | undefined;
}

export interface Gateway extends Backend {
  targets(): readonly TargetStatus[];
}

/**
 * All deployments as one backend. Throws an Error where two of them have one name, one has no target, or one falls back on
 * what is none of them.
 */
export function createGateway(options: GatewayOptions): Gateway {
  const world = worldOf(options);
  const { clock, state } = world;
  const names = byName(options.deployments);
  retainTargets(options.deployments, state);
  const created = Math.floor(clock.unix() / 1000);
  const models = options.deployments.map((deployment) => modelOf(deployment, created));
  const servings = new Map(options.deployments.map((each) => [each, new Serving(each, world)]));
  const find = (name: string) => {
    const deployment = names.get(name);
    return deployment && servings.get(deployment);
  };
  for (const serving of servings.values()) serving.resolveFallbacks(find);
  return {
    name: 'gateway',
    models: () => models,
    complete(request, context) {
      const serving = find(request.model);
      return serving ? serving.complete(request, context) : unknownModel(request, options.deployments);
    },
    targets: () => options.deployments.flatMap((deployment) => statusOf(deployment, world)),
    async close() {
      const message = 'The server is shutting down.';
      world.open.endAll(new ApiError({ status: 503, type: 'server_error', code: 'shutting_down', message }));
    },
  };
}

function worldOf(options: GatewayOptions): ServingWorld {
  const clock = options.clock ?? realClock;
  const { log } = options;
  const state = options.state ?? createGatewayState(clock);
  return {
    callTarget: options.callTarget,
    log,
    onAttempt: options.onAttempt ?? (() => undefined),
    cache: options.cache,
    state,
    clock,
    random: options.random ?? Math.random,
    unsuited: options.unsuited ?? unsuited,
    open: new OpenCalls(),
    circuits: {
      store: state.circuits,
      clock,
      onChange: (target, change) => log.warn({ target, change }, 'circuit changed'),
      onStoreFailure: (error) => log.warn({ err: error }, 'circuit states out of reach'),
    },
  };
}

function byName(deployments: readonly Deployment[]): ReadonlyMap<string, Deployment> {
  const names = new Map<string, Deployment>();
  for (const deployment of deployments) {
    if (deployment.targets.length === 0) throw new Error(`'${deployment.model}' has no target`);
    for (const name of [deployment.model, ...deployment.aliases]) {
      if (names.has(name)) throw new Error(`two deployments are named '${name}'`);
      names.set(name, deployment);
    }
  }
  return names;
}

function retainTargets(deployments: readonly Deployment[], { loads, firstTokenTimes }: GatewayState): void {
  const ids = new Set(deployments.flatMap(({ targets }) => targets.map(({ id }) => id)));
  loads.retain(ids);
  firstTokenTimes.retain(ids);
}

async function* unknownModel(
  { model }: ChatRequest,
  deployments: readonly Deployment[],
): AsyncGenerator<ChatEvent> {
  const known = deployments.map((deployment) => deployment.model);
  throw modelNotFound(model, known);
}

function statusOf({ model, targets }: Deployment, { state, circuits }: ServingWorld): TargetStatus[] {
  return targets.map((target) => ({
    model,
    target: target.id,
    inFlight: state.loads.inFlight(target),
    circuitWaitMs: circuitWaitMs(target, circuits),
    firstTokenMs: state.firstTokenTimes.mean(target),
  }));
}

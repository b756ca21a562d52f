import type { CallContext, ChatRequest, Complete } from '../core/complete.ts';
import type { ChatEvent } from '../core/event.ts';
import { type AttemptRecord, type CallTarget, UpstreamFailure } from './attempt.ts';
import { type Balancer, createBalancer } from './balancing/balancer.ts';
import type { CacheStore } from './cache/cache-store.ts';
import { responseCache, secondsOf } from './cache/response-cache.ts';
import type { Clock } from './clock.ts';
import { estimateTokens } from './estimate.ts';
import type { GatewayLog } from './log.ts';
import type { OpenCalls } from './open-calls.ts';
import { type CircuitWorld, circuitGate, circuitWaitMs } from './policies/circuit-breaker.ts';
import { fallback, type OpenCandidate } from './policies/fallback.ts';
import { guarded } from './policies/guard.ts';
import { hedging, type Open } from './policies/hedging.ts';
import { type Candidate, openTarget } from './policies/opened.ts';
import { rescued } from './policies/rescue.ts';
import { MOST_ATTEMPTS, type RetryWorld, retry } from './policies/retry.ts';
import { hasTokenLimit, limitsGate } from './policies/target-limits.ts';
import { totalTime } from './policies/total-time.ts';
import { type Stage, StagedRoute } from './route.ts';
import type { GatewayState } from './state.ts';
import { noTargetSuits, suitedTargets, type Unsuited } from './suited-targets.ts';
import type { Deployment, Target } from './target.ts';

/** What the deployments of one gateway share. */
export interface ServingWorld {
  readonly callTarget: CallTarget;
  readonly log: GatewayLog;
  readonly onAttempt: (record: AttemptRecord, context: CallContext) => void;
  readonly cache: { readonly store: CacheStore; readonly shared: boolean } | undefined;
  readonly state: GatewayState;
  readonly clock: Clock;
  readonly random: () => number;
  readonly unsuited: Unsuited;
  readonly circuits: CircuitWorld;
  readonly open: OpenCalls;
}

/** A deployment with its policies around it. */
export class Serving {
  readonly complete: Complete;
  readonly #deployment: Deployment;
  readonly #world: ServingWorld;
  readonly #balancer: Balancer;
  /** One attempt at a target, if its circuit and its limits let it through. */
  readonly #call: CallTarget;
  /** All the attempts together, milliseconds: the most patient of the targets decides. */
  readonly #totalMs: number;
  #fallbacks: readonly Serving[] = [];

  constructor(deployment: Deployment, world: ServingWorld) {
    const { state, clock, random, circuits, callTarget } = world;
    const { loads, firstTokenTimes } = state;
    this.#deployment = deployment;
    this.#world = world;
    const inFlight = (target: Target) => loads.inFlight(target);
    this.#balancer = createBalancer(deployment.balancing, { random, clock, inFlight, firstTokenTimes });
    const gates = [circuitGate(deployment.circuit, circuits), limitsGate(loads), firstTokenTimes.gate()];
    this.#call = guarded(gates)(callTarget);
    this.#totalMs = Math.max(...deployment.targets.map(({ timeouts }) => timeouts.totalMs));
    const whole = totalTime(this.#totalMs, clock, world.open);
    this.complete = this.#cached(whole((request, context) => this.#answer(request, context)));
  }

  /** Throws an Error where a fallback is none of the deployments. */
  resolveFallbacks(find: (name: string) => Serving | undefined): void {
    const { model, fallbacks } = this.#deployment;
    this.#fallbacks = fallbacks.map((name) => {
      const serving = find(name);
      if (serving === undefined)
        throw new Error(`'${model}' falls back on '${name}', which is no deployment`);
      return serving;
    });
  }

  #cached(next: Complete): Complete {
    const { cache, clock, log } = this.#world;
    const { model, cache: configured } = this.#deployment;
    const seconds = configured?.seconds ?? 0;
    const onStoreFailure = (error: unknown) => log.warn({ err: error }, 'response cache out of reach');
    if (cache) return responseCache({ ...cache, clock, model, seconds, onStoreFailure })(next);
    return (request, context) => {
      if (secondsOf(request, { seconds: 0 }) > 0) {
        context.report.add('parley.cache', 'ignored', 'This server keeps no answers.');
      }
      return next(request, context);
    };
  }

  /** The call, with all that is done when a target fails. Throws ApiError 400 where no target honours the request. */
  #answer(request: ChatRequest, context: CallContext): AsyncIterable<ChatEvent> {
    const { clock, random, log, onAttempt, circuits } = this.#world;
    const route = this.#route(request, context);
    const repetition: RetryWorld = {
      budget: { left: MOST_ATTEMPTS - 1 },
      clock,
      random,
      deadline: clock.now() + this.#totalMs,
      circuitWaitMs: (target) => circuitWaitMs(target, circuits),
    };
    const open: OpenCandidate = ({ target, deployment, call }, asked, attempt) =>
      retry(deployment.retry, repetition)(openTarget(call))(target, asked, attempt);
    const answeredBy: string[] = [];
    const note = ({ target }: Candidate) => {
      answeredBy.push(target.id);
      context.details?.set('x-parley-target', answeredBy.join(', '));
    };
    const first: Open = async (attempt) => {
      const answering = await this.#hedged(fallback(route, request, open))(attempt);
      note(answering.candidate);
      return answering;
    };
    const attempt = { ...context, onAttempt: (record: AttemptRecord) => onAttempt(record, context) };
    return rescued(first, request, attempt, {
      route,
      open,
      clock,
      onRescue(candidate, how, { kind }) {
        log.warn({ call: context.id, target: candidate.target.id, how, kind }, 'broken answer rescued');
        note(candidate);
      },
    });
  }

  #hedged(open: Open): Open {
    const { hedgeAfterMs } = this.#deployment;
    return hedgeAfterMs === undefined ? open : hedging(hedgeAfterMs, this.#world.clock)(open);
  }

  #route(request: ChatRequest, context: CallContext): StagedRoute {
    const { unsuited, log, circuits, state } = this.#world;
    const first = this.#stage(request, context);
    if (first.targets.length === 0) throw noTargetSuits(this.#deployment, request, unsuited);
    const fallbacks = this.#fallbacks.values().map((serving) => serving.#stage(request, context));
    return new StagedRoute(first, fallbacks, {
      waitMs: (target) => {
        const tokens = hasTokenLimit(target.limits) ? estimateTokens(request).total : 0;
        return Math.max(circuitWaitMs(target, circuits), state.loads.waitMs(target, tokens));
      },
      onFailed: ({ target }, error) => {
        const why = error instanceof UpstreamFailure ? error.kind : error.reason;
        log.info({ call: context.id, target: target.id, why }, 'target failed');
      },
    });
  }

  #stage(request: ChatRequest, { principal }: CallContext): Stage {
    return {
      deployment: this.#deployment,
      call: this.#call,
      targets: suitedTargets(this.#deployment, request, this.#world.unsuited),
      order: (targets) => this.#balancer(targets, { request, principal }),
    };
  }
}

import { ApiError } from '@parley/protocol/errors';
import type { ChatRequest } from '../../core/complete.ts';
import type { ChatEvent } from '../../core/event.ts';
import { type AttemptContext, UpstreamFailure } from '../attempt.ts';
import type { Clock } from '../clock.ts';
import { estimatedUsage } from '../estimate.ts';
import { continued } from './continuation.ts';
import { callerError, elsewhere, isRetryable } from './failures.ts';
import { isUpstreams, type OpenCandidate, type Route } from './fallback.ts';
import type { Open } from './hedging.ts';
import type { Answering, Candidate } from './opened.ts';
import { Replay, type Splice } from './replay.ts';
import { SplicedTotals } from './spliced-totals.ts';
import { Transcript } from './transcript.ts';

/** Of one answer. */
const MOST_RESCUES = 3;

export interface RescueWorld {
  readonly route: Route;
  readonly open: OpenCandidate;
  readonly clock: Clock;
  readonly onRescue: (to: Candidate, how: Plan['how'], failure: UpstreamFailure) => void;
}

interface Plan {
  readonly how: 'continued' | 'restarted';
  readonly request: ChatRequest;
  /** How its events join those that were sent; undefined: none were. */
  readonly splice: Splice | undefined;
  /** Parameters that count from the beginning again. */
  readonly restarted: readonly string[];
}

/**
 * The events of a call, and when it breaks off those of others that make the answer whole: one that goes on where it broke
 * off, or one that begins anew and says the same. Where neither can be had, its failure is thrown, as the caller is to be
 * told of it.
 */
export async function* rescued(
  first: Open,
  request: ChatRequest,
  context: AttemptContext,
  world: RescueWorld,
): AsyncGenerator<ChatEvent> {
  try {
    const answer = new PiecedAnswer(await first(context), request, context, world);
    for (;;) {
      let failure: unknown;
      try {
        for await (const event of answer.events) {
          const usage = event.type === 'timing' ? answer.missingUsage() : undefined;
          if (usage) yield usage;
          const piece = answer.take(event);
          if (piece) yield piece;
        }
        yield* answer.rest();
        return;
      } catch (error) {
        failure = error;
      }
      await answer.rescue(failure);
    }
  } catch (error) {
    throw callerError(error);
  }
}

/** The second telling is not the first: the answer cannot be made whole. */
class Diverged extends Error {}

class PiecedAnswer {
  readonly #request: ChatRequest;
  readonly #context: AttemptContext;
  readonly #world: RescueWorld;
  readonly #totals: SplicedTotals;
  #current: Answering;
  #splice: Splice | undefined;
  #sent = new Transcript();
  /** What waits for the end, when the caller sees nothing before it. */
  #held: ChatEvent[] = [];
  #failure: UpstreamFailure | undefined;
  #rescues = 0;

  constructor(first: Answering, request: ChatRequest, context: AttemptContext, world: RescueWorld) {
    this.#current = first;
    this.#request = request;
    this.#context = context;
    this.#world = world;
    this.#totals = new SplicedTotals(world.clock);
  }

  /** Of the call that is under way. */
  get events(): AsyncIterable<ChatEvent> {
    return this.#current.events;
  }

  /** What of the event is to be sent now. */
  take(event: ChatEvent): ChatEvent | undefined {
    const fresh = this.#splice?.take(event) ?? event;
    if (fresh === 'known') return undefined;
    if (fresh === 'different') throw new Diverged();
    const piece = this.#totals.settle(fresh);
    this.#sent.add(piece);
    if (!this.#context.whole) return piece;
    this.#held.push(piece);
    return undefined;
  }

  /** Where no upstream told what the answer used: an estimate, which the header `x-parley-usage` says it is. */
  missingUsage(): ChatEvent | undefined {
    if (this.#totals.isTold) return undefined;
    this.#context.details?.set('x-parley-usage', 'estimated');
    return this.take({ type: 'usage', usage: estimatedUsage(this.#request, this.#sent), final: true });
  }

  /** What is left to be sent after the last call. Throws where that did not come to an end. */
  rest(): readonly ChatEvent[] {
    if (!this.#sent.ended) throw new UpstreamFailure('interrupted', brokenOff());
    return this.#held;
  }

  /** Puts another call in the place of the broken one. Throws what the caller is to be told where there is none. */
  async rescue(error: unknown): Promise<void> {
    if (error instanceof Diverged && this.#failure) throw this.#failure;
    if (!this.#isRescuable(error)) throw error;
    this.#failure = error;
    this.#rescues++;
    this.#totals.brokeOff();
    for (const candidate of this.#candidates(error)) {
      for (const plan of this.#plans(candidate)) {
        const outcome = await this.#attempt(candidate, plan, error);
        if (outcome === 'answered') return;
        if (outcome === 'failed') break;
      }
    }
    throw error;
  }

  #isRescuable(error: unknown): error is UpstreamFailure {
    if (!(error instanceof UpstreamFailure) || elsewhere(error.kind) !== 'anywhere') return false;
    if (this.#context.signal.aborted || this.#rescues === MOST_RESCUES) return false;
    return this.#context.whole === true || ((this.#request.parameters.n ?? 1) === 1 && !this.#sent.ended);
  }

  /** Those that were not asked yet; at last the broken one, unless it was silent. */
  *#candidates(failure: UpstreamFailure): Generator<Candidate> {
    const { route } = this.#world;
    const broken = this.#current.candidate;
    route.failed(broken, failure);
    for (let next = route.next(); next !== undefined; next = route.next()) yield next;
    if (isRetryable(failure.kind)) yield broken;
  }

  *#plans({ target }: Candidate): Generator<Plan> {
    const rest =
      (this.#request.parameters.n ?? 1) === 1 ? continued(this.#request, this.#sent, target) : undefined;
    if (rest !== undefined) yield { how: 'continued', ...rest };
    const splice = this.#context.whole ? undefined : new Replay(this.#sent);
    yield { how: 'restarted', request: this.#request, splice, restarted: [] };
  }

  /** `refused`: the target is well, but takes no answer that has begun; its own error is nobody's business. */
  async #attempt(
    candidate: Candidate,
    plan: Plan,
    failure: UpstreamFailure,
  ): Promise<'answered' | 'refused' | 'failed'> {
    const { open, route } = this.#world;
    try {
      const events = await open(candidate, plan.request, this.#context);
      this.#current = { candidate, events };
    } catch (error) {
      if (this.#context.signal.aborted || !isUpstreams(error)) throw error;
      if (plan.how === 'continued' && isRefusal(error)) return 'refused';
      route.failed(candidate, error);
      return 'failed';
    }
    this.#adopt(candidate, plan, failure);
    return 'answered';
  }

  #adopt(candidate: Candidate, plan: Plan, failure: UpstreamFailure): void {
    this.#splice = plan.splice;
    if (plan.splice === undefined) {
      this.#held = [];
      this.#sent = new Transcript();
    }
    for (const name of plan.restarted) {
      const detail = 'The answer broke off and was continued by another call: it counts from there.';
      this.#context.report.add(name, 'emulated', detail);
    }
    this.#world.onRescue(candidate, plan.how, failure);
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof UpstreamFailure && (error.kind === 'request' || error.kind === 'context-length');
}

function brokenOff(): ApiError {
  const message = 'The upstream ended its answer before it was complete.';
  return new ApiError({ status: 502, type: 'server_error', code: 'upstream_interrupted', message });
}

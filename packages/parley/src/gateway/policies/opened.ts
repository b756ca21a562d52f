import type { ChatRequest } from '../../core/complete.ts';
import type { ChatEvent } from '../../core/event.ts';
import type { AttemptContext, CallTarget } from '../attempt.ts';
import type { Deployment, Target } from '../target.ts';
import { isContent } from './guard.ts';

/**
 * Settles when the first content of a target's answer is there; until then a failure can still be made good by another
 * call. What it gives are all events, to be walked once; `return` ends the call.
 */
export type OpenTarget = (
  target: Target,
  request: ChatRequest,
  context: AttemptContext,
) => Promise<AsyncIterableIterator<ChatEvent>>;

/** A target, and the model of our API for which it may be asked. */
export interface Candidate {
  readonly target: Target;
  readonly deployment: Deployment;
  /** Asks the target once, if its circuit and its limits let the call through. */
  readonly call: CallTarget;
}

/** A call that has begun to answer. */
export interface Answering {
  readonly candidate: Candidate;
  readonly events: AsyncIterableIterator<ChatEvent>;
}

/** Content, and not just any event: an upstream that says `start` at once may still stay silent for ever. */
export function openTarget(call: CallTarget): OpenTarget {
  return async (target, request, context) => {
    const events = call(target, request, context)[Symbol.asyncIterator]();
    const head: ChatEvent[] = [];
    for (;;) {
      const result = await events.next();
      if (result.done) throw new Error(`the call of ${target.id} ended with neither an answer nor a failure`);
      head.push(result.value);
      if (isContent(result.value)) return new Rejoined(head, events);
    }
  };
}

/** The first events again, then the others. */
class Rejoined implements AsyncIterableIterator<ChatEvent> {
  readonly #head: readonly ChatEvent[];
  readonly #rest: AsyncIterator<ChatEvent>;
  #at = 0;

  constructor(head: readonly ChatEvent[], rest: AsyncIterator<ChatEvent>) {
    this.#head = head;
    this.#rest = rest;
  }

  next(): Promise<IteratorResult<ChatEvent>> {
    const event = this.#head[this.#at];
    if (event === undefined) return this.#rest.next();
    this.#at++;
    return Promise.resolve({ done: false, value: event });
  }

  async return(value?: unknown): Promise<IteratorResult<ChatEvent>> {
    this.#at = this.#head.length;
    await this.#rest.return?.();
    return { done: true, value };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

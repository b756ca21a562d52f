import type { ChatRequest } from '../../core/complete.ts';
import type { ChatEvent } from '../../core/event.ts';
import { type AttemptContext, UpstreamFailure } from '../attempt.ts';
import { TargetUnavailable } from './failures.ts';
import type { Open } from './hedging.ts';
import type { Candidate } from './opened.ts';

/** Opens a call at one candidate, with all repetitions that its deployment allows. */
export type OpenCandidate = (
  candidate: Candidate,
  request: ChatRequest,
  context: AttemptContext,
) => Promise<AsyncIterableIterator<ChatEvent>>;

/** The targets of one call, each once. */
export interface Route {
  /** The best one left, in view of what failed so far. */
  next(): Candidate | undefined;
  /** One that was asked in vain. */
  failed(candidate: Candidate, error: UpstreamFailure | TargetUnavailable): void;
  /** One that was taken but is not known to be bad. */
  putBack(candidate: Candidate): void;
  /** What to tell the caller when no candidate is left. */
  failure(): unknown;
}

/** Asks one target after another until one answers. */
export function fallback(route: Route, request: ChatRequest, open: OpenCandidate): Open {
  return async (context) => {
    for (;;) {
      context.signal.throwIfAborted();
      const candidate = route.next();
      if (candidate === undefined) throw route.failure();
      try {
        return { candidate, events: await open(candidate, request, context) };
      } catch (error) {
        if (context.signal.aborted) {
          route.putBack(candidate);
          throw error;
        }
        if (!isUpstreams(error)) throw error;
        route.failed(candidate, error);
      }
    }
  };
}

/** Any other error is a fault of ours, or a refusal that every target would repeat. */
export function isUpstreams(error: unknown): error is UpstreamFailure | TargetUnavailable {
  return error instanceof UpstreamFailure || error instanceof TargetUnavailable;
}

import { ApiError } from '@parley/protocol/errors';
import type { CallContext, Policy } from '../../core/complete.ts';
import type { Clock } from '../clock.ts';
import type { OpenCalls } from '../open-calls.ts';
import { type End, WatchedEvents } from './watched.ts';

/**
 * Ends a call that takes longer than this, with everything that was begun for it: attempts, waits, rescues. It ends them
 * too when the caller is gone, when the reader wants no more, and with all the `open` calls.
 */
export function totalTime(milliseconds: number, clock: Clock, open: OpenCalls): Policy {
  return (next) => (request, context) => {
    let whole: Whole | undefined;
    const begin = async () => {
      whole = limit(milliseconds, clock, open, context);
      return next(request, { ...context, signal: whole.signal });
    };
    return new WatchedEvents(begin, { over: (end) => whole?.over(end) }, context.signal);
  };
}

/** Of a call and all that belongs to it. */
interface Whole {
  readonly signal: AbortSignal;
  /** Why it was ended from here; undefined where it was not. */
  over(end: End): unknown;
}

function limit(milliseconds: number, clock: Clock, open: OpenCalls, { signal }: CallContext): Whole {
  const controller = new AbortController();
  const onCaller = () => controller.abort(signal.reason);
  signal.addEventListener('abort', onCaller, { once: true });
  const takeOff = open.add((reason) => controller.abort(reason));
  const callOff = clock.after(milliseconds, () => controller.abort(tookTooLong(milliseconds)));
  return {
    signal: controller.signal,
    over({ how }) {
      callOff();
      signal.removeEventListener('abort', onCaller);
      takeOff();
      const wasEnded = controller.signal.aborted;
      if (how !== 'done') controller.abort();
      return wasEnded ? controller.signal.reason : undefined;
    },
  };
}

function tookTooLong(milliseconds: number): ApiError {
  const message = `The answer was not complete within ${milliseconds / 1000} seconds.`;
  return new ApiError({ status: 504, type: 'timeout_error', code: 'timeout', message });
}

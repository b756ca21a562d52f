import type { ChatRequest, Policy } from '../../core/complete.ts';
import type { Clock } from '../clock.ts';
import { cacheKey } from './cache-key.ts';
import type { CacheStore } from './cache-store.ts';
import { Recording, recordedSince, replayed } from './recording.ts';

export interface ResponseCacheOptions {
  readonly store: CacheStore;
  readonly clock: Clock;
  /** Whether callers may be given answers to others. */
  readonly shared: boolean;
  /** The model's own name, whichever name the request calls it by. */
  readonly model: string;
  /** For requests that do not say themselves; 0: not kept. */
  readonly seconds: number;
  /** Told when the store cannot be reached: the call goes on without. */
  readonly onStoreFailure: (error: unknown) => void;
}

/**
 * Gives the same answer to the same request again, to those who ask for it. Whatever the temperature: who opts in wants
 * that. Only whole answers are kept. The header `x-parley-cache` says `hit` or `miss`; a call that opted out has none.
 */
export function responseCache(options: ResponseCacheOptions): Policy {
  const { store, clock, shared, model, onStoreFailure } = options;
  return (next) =>
    async function* (request, context) {
      const seconds = secondsOf(request, options);
      if (seconds === 0) {
        yield* next(request, context);
        return;
      }
      const key = cacheKey(model, request, shared ? undefined : context.principal);
      const found = await store.get(key).catch(onStoreFailure);
      const kept = found && recordedSince(clock.unix() - seconds * 1000, found);
      context.signal.throwIfAborted();
      context.details?.set('x-parley-cache', kept ? 'hit' : 'miss');
      if (kept) {
        yield* replayed(kept, context.id);
        return;
      }
      const recording = new Recording();
      for await (const event of next(request, context)) {
        recording.add(event);
        yield event;
      }
      const answer = recording.finish(clock.unix());
      if (answer) await store.set(key, answer, seconds).catch(onStoreFailure);
    };
}

/** Whether a request may be answered from a cache, and for how long its own answer is kept. */
export function secondsOf({ parameters }: ChatRequest, { seconds }: { readonly seconds: number }): number {
  return parameters.parley?.cache ?? seconds;
}

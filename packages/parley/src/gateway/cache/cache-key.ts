import { hash } from 'node:crypto';
import type { ChatRequest, Parameters, Principal } from '../../core/complete.ts';

/**
 * Parameters that leave the answer as it is: how it travels, how urgent it is, who asks, what becomes of it afterwards. All
 * others are part of the key, so that a new parameter can at worst miss.
 */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set([
  'stream',
  'stream_options',
  'user',
  'safety_identifier',
  'service_tier',
  'priority',
  'request_id',
  'prompt_cache_key',
  'prompt_cache_retention',
  'store',
  'metadata',
  'parley',
] satisfies (keyof Parameters)[]);

/**
 * One key for requests that ask the same of the same model. `principal`: whose answers these are; undefined where callers
 * may be given each other's.
 */
export function cacheKey(model: string, request: ChatRequest, principal: Principal | undefined): string {
  const { input, parameters, unknown } = request;
  const decisive = Object.entries(parameters).filter(
    ([name, value]) => !WITHOUT_EFFECT.has(name) && value !== undefined && value !== null,
  );
  // Inside of a value the order of keys can decide: a schema's is the order in which an answer has them.
  const parts = [principal?.id ?? null, model, input, sorted(decisive), sorted(Object.entries(unknown))];
  return hash('sha256', JSON.stringify(parts), 'base64url');
}

function sorted(entries: readonly [string, unknown][]): readonly [string, unknown][] {
  return entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
}

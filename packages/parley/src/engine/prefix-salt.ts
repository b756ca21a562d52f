import type { Principal } from '../core/complete.ts';

/**
 * Whose cached prompts a request may share: those of requests with the same salt of their own, else those of the same
 * caller. The two kinds never meet, so nobody reaches the prompts of another by guessing a name.
 */
export function prefixSalt(given: string | null | undefined, { id }: Principal): string {
  return given == null ? `caller:${id}` : `salt:${given}`;
}

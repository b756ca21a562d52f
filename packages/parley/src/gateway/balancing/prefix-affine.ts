import type { Target } from '../target.ts';
import type { Balancer, BalancerWorld } from './balancer.ts';
import { type PrefixBlock, type PrefixBlocks, prefixBlocks } from './prefix-blocks.ts';
import { rendezvous } from './rendezvous.ts';

/** Blocks of which is remembered where they went; some hundred bytes each. */
const REMEMBERED_BLOCKS = 16_384;
/** What going home is worth when nothing is cached yet: the turns to come will be looked for there. */
const HOME = 0.25;
/** Calls under way that outweigh a prompt that is cached whole, where the target says no limit of its own. */
const USUAL_CAPACITY = 32;

/**
 * Where most of the prompt is likely to be cached, less how busy it is there. The share is known for prompts that went out
 * from here, and assumed for the home of the conversation, which rendezvous hashing gives: so processes agree on a target
 * without talking to each other, and move from it in the same order when it is busy. `prompt_cache_key` takes the place of
 * the conversation's beginning.
 */
export function prefixAffine({ inFlight }: Pick<BalancerWorld, 'inFlight'>): Balancer {
  const memory = new PrefixMemory();
  return (targets, { request }) => {
    const prefix = prefixBlocks(request);
    const key = request.parameters.prompt_cache_key ?? prefix.home.hash;
    const byHash = rendezvous(targets, key);
    const scores = new Map(
      byHash.map((target, rank) => {
        const known = memory.matched(target, prefix) / prefix.length;
        const share = rank === 0 ? Math.max(known, prefix.seen / prefix.length, HOME) : known;
        return [target, share - loadOf(target, inFlight(target))];
      }),
    );
    // The sort is stable: among equals the order of the hash stands.
    const best = byHash.toSorted((a, b) => (scores.get(b) ?? 0) - (scores.get(a) ?? 0));
    if (best[0] !== undefined) memory.add(best[0], prefix);
    return best;
  };
}

function loadOf({ limits, weight }: Target, running: number): number {
  return running / (Number.isFinite(limits.concurrent) ? limits.concurrent : USUAL_CAPACITY * weight);
}

/**
 * Which blocks were sent where; the ones not seen for longest are forgotten. It begins at the home of a conversation: a
 * system prompt that many share is soon everywhere, and must not draw all of them to the same target.
 */
class PrefixMemory {
  readonly #targets = new Map<string, Set<string>>();

  /** Characters of the longest beginning that the target had. */
  matched({ id }: Target, prefix: PrefixBlocks): number {
    return ownBlocks(prefix).findLast(({ hash }) => this.#targets.get(hash)?.has(id))?.end ?? 0;
  }

  add({ id }: Target, prefix: PrefixBlocks): void {
    for (const { hash } of ownBlocks(prefix)) {
      const targets = this.#targets.get(hash) ?? new Set();
      this.#targets.delete(hash);
      this.#targets.set(hash, targets.add(id));
    }
    for (const oldest of this.#targets.keys()) {
      if (this.#targets.size <= REMEMBERED_BLOCKS) return;
      this.#targets.delete(oldest);
    }
  }
}

function ownBlocks({ blocks, home }: PrefixBlocks): readonly PrefixBlock[] {
  return blocks.filter(({ end }) => end >= home.end);
}

import { hash } from 'node:crypto';
import type { Target } from '../target.ts';

/**
 * Targets by how much they suit a key: highest-random-weight hashing (Thaler and Ravishankar, 1998). Every process comes to
 * the same order without talking to others, and when a target goes only its own keys move. Weights bend the shares as in
 * "Weighted Distributed Hash Tables" (Schindelhauer and Schomaker, 2005).
 */
export function rendezvous(targets: readonly Target[], key: string): readonly Target[] {
  const score = new Map(targets.map((target) => [target, target.weight / -Math.log(unit(target.id, key))]));
  return targets.toSorted((a, b) => (score.get(b) ?? 0) - (score.get(a) ?? 0) || (a.id < b.id ? -1 : 1));
}

/** A number above 0 and below 1 that looks like chance but is always the same. */
function unit(id: string, key: string): number {
  const digest = hash('sha1', `${id}\0${key}`, 'hex');
  return (Number.parseInt(digest.slice(0, 12), 16) + 0.5) / 2 ** 48;
}

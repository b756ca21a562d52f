import type { Balancer, BalancerWorld } from './balancer.ts';

/**
 * Each target gets its share of the calls exactly, spread as evenly as can be: nginx's smooth weighted round-robin. Each
 * time every target earns its weight and the richest pays the sum of all. Chance decides only where the circle begins, so
 * that many processes do not all begin at the same target.
 */
export function weighted({ random }: Pick<BalancerWorld, 'random'>): Balancer {
  const credits = new Map<string, number>();
  return (targets) => {
    const total = targets.reduce((sum, { weight }) => sum + weight, 0);
    for (const { id, weight } of targets) {
      // Below its weight, so that a beginning changes the order but never a share.
      const credit = credits.get(id) ?? random() * weight;
      credits.set(id, credit + weight);
    }
    const richest = targets.toSorted((a, b) => (credits.get(b.id) ?? 0) - (credits.get(a.id) ?? 0));
    const first = richest[0];
    if (first !== undefined) credits.set(first.id, (credits.get(first.id) ?? 0) - total);
    return richest;
  };
}

import type { Balancer, BalancerWorld } from './balancer.ts';
import { weighted } from './weighted.ts';

/** Fewest calls under way for its weight; among equals by weight. */
export function leastBusy({ random, inFlight }: Pick<BalancerWorld, 'random' | 'inFlight'>): Balancer {
  const byWeight = weighted({ random });
  return (targets, call) => {
    const load = new Map(targets.map((target) => [target, (inFlight(target) + 1) / target.weight]));
    const least = Math.min(...load.values());
    const idle = byWeight(
      targets.filter((target) => load.get(target) === least),
      call,
    );
    const others = targets.filter((target) => load.get(target) !== least);
    return [...idle, ...others.sort((a, b) => (load.get(a) ?? 0) - (load.get(b) ?? 0))];
  };
}

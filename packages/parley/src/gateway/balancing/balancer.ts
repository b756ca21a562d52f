import type { ChatRequest, Principal } from '../../core/complete.ts';
import type { Clock } from '../clock.ts';
import type { Balancing, Target } from '../target.ts';
import { leastBusy } from './least-busy.ts';
import { type FirstTokenTimes, lowestLatency } from './lowest-latency.ts';
import { lowestPrice } from './lowest-price.ts';
import { prefixAffine } from './prefix-affine.ts';
import { sticky } from './sticky.ts';
import { weighted } from './weighted.ts';

/** Whose call goes where. */
export interface BalancedCall {
  readonly request: ChatRequest;
  readonly principal: Principal;
}

/**
 * Puts targets in the order in which they are to be asked, best first. All have one priority and a weight above 0, and take
 * calls now. One balancer for each deployment: it may remember where it sent earlier calls.
 */
export type Balancer = (targets: readonly Target[], call: BalancedCall) => readonly Target[];

/** What balancers see of the targets. */
export interface BalancerWorld {
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly clock: Clock;
  /** Calls under way. */
  readonly inFlight: (target: Target) => number;
  readonly firstTokenTimes: FirstTokenTimes;
}

export function createBalancer(balancing: Balancing, world: BalancerWorld): Balancer {
  switch (balancing) {
    case 'weighted':
      return weighted(world);
    case 'least-busy':
      return leastBusy(world);
    case 'lowest-latency':
      return lowestLatency(world);
    case 'lowest-price':
      return lowestPrice(world);
    case 'prefix-affine':
      return prefixAffine(world);
    case 'sticky':
      return sticky(world);
  }
}

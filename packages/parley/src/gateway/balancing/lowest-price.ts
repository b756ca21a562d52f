import { estimateTokens, type TokenEstimate } from '../estimate.ts';
import type { Target } from '../target.ts';
import type { Balancer, BalancerWorld } from './balancer.ts';
import { weighted } from './weighted.ts';

/** A bound is rarely reached: this is a usual answer. */
const USUAL_ANSWER = 256;

/** The cheapest for this prompt first; among equals by weight; those without a price last. */
export function lowestPrice({ random }: Pick<BalancerWorld, 'random'>): Balancer {
  const byWeight = weighted({ random });
  return (targets, call) => {
    const tokens = estimateTokens(call.request);
    const groups = Map.groupBy(targets, (target) => dollars(target, tokens));
    const cheapestFirst = [...groups].sort(([a], [b]) => (a === b ? 0 : a - b));
    return cheapestFirst.flatMap(([, equals]) => byWeight(equals, call));
  };
}

function dollars({ prices }: Target, tokens: TokenEstimate): number {
  if (prices === undefined) return Number.POSITIVE_INFINITY;
  const completion = Math.min(tokens.completion, USUAL_ANSWER);
  return prices.request + (tokens.prompt * prices.prompt + completion * prices.completion) / 1e6;
}

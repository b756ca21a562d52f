import type { BalancedCall, Balancer, BalancerWorld } from './balancer.ts';
import { rendezvous } from './rendezvous.ts';
import { weighted } from './weighted.ts';

/** All calls of one session to one target, in every process the same; calls that nothing ties together by weight. */
export function sticky({ random }: Pick<BalancerWorld, 'random'>): Balancer {
  const byWeight = weighted({ random });
  return (targets, call) => {
    const key = sessionKey(call);
    return key === undefined ? byWeight(targets, call) : rendezvous(targets, key);
  };
}

/** The caller is part of it: what others choose as a key must not gather their calls at the same target. */
function sessionKey({ request: { parameters }, principal }: BalancedCall): string | undefined {
  const given = parameters.prompt_cache_key ?? parameters.user ?? undefined;
  if (given === undefined && principal.id === '') return undefined;
  return JSON.stringify([principal.id, given ?? null]);
}

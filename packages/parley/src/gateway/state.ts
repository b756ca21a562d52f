import { FirstTokenTimes } from './balancing/lowest-latency.ts';
import type { Clock } from './clock.ts';
import { type CircuitStore, MemoryCircuits } from './policies/circuit-breaker.ts';
import { TargetLoads } from './policies/target-limits.ts';

/** What the gateway knows of its targets. It outlives a change of the configuration, when the next gateway is given it. */
export interface GatewayState {
  readonly circuits: CircuitStore;
  readonly loads: TargetLoads;
  readonly firstTokenTimes: FirstTokenTimes;
}

export function createGatewayState(
  clock: Clock,
  circuits: CircuitStore = new MemoryCircuits(),
): GatewayState {
  return { circuits, loads: new TargetLoads(clock), firstTokenTimes: new FirstTokenTimes(clock) };
}

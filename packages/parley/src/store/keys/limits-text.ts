import type { Limits } from '../../core/ledger.ts';
import { NO_LIMITS } from './check-input.ts';

const BUDGETS = new Set(['budgetPerDay', 'budgetPerMonth', 'budgetTotal']);

/** JSON; money as text, for it has more digits than JSON's numbers. */
export function writeLimits(limits: Limits): string {
  return JSON.stringify(limits, (_, value) => (typeof value === 'bigint' ? String(value) : value));
}

/** Only `writeLimits` has written it. */
export function readLimits(text: string): Limits {
  const limits: Partial<Limits> = JSON.parse(text, (name, value) =>
    BUDGETS.has(name) ? BigInt(value) : value,
  );
  return { ...NO_LIMITS, ...limits };
}

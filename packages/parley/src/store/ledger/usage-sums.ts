import type { LedgerRow } from '../../core/ledger.ts';
import { insertRows, type Sql, type SqlValue } from '../sql/sql.ts';

export const HOUR_MS = 3_600_000;

const GROUP = ['hour', 'key_id', 'user_id', 'team_id', 'model', 'target'];
export const SUMS = [
  'calls',
  'answered',
  'cancelled',
  'failed',
  'estimated',
  'prompt_tokens',
  'cached_tokens',
  'completion_tokens',
  'reasoning_tokens',
  'cost',
] as const;

const INTO = `parley_usage (${[...GROUP, ...SUMS].join(', ')})`;
const ADD = `ON CONFLICT (${GROUP.join(', ')}) DO UPDATE SET ${SUMS.map(
  (sum) => `${sum} = parley_usage.${sum} + excluded.${sum}`,
).join(', ')}`;

/** Adds the rows to the sums of their hours, or takes them away. */
export async function addUsage(sql: Sql, rows: readonly LedgerRow[], sign: 1 | -1 = 1): Promise<void> {
  const groups = new Map<string, { readonly group: SqlValue[]; readonly sums: bigint[] }>();
  for (const row of rows) {
    const group = groupOf(row);
    const key = JSON.stringify(group);
    const sums = groups.get(key)?.sums ?? SUMS.map(() => 0n);
    for (const [index, value] of sumsOf(row).entries()) sums[index] = (sums[index] ?? 0n) + value;
    groups.set(key, { group, sums });
  }
  // In one order, so that transactions which add to the same hours do not wait for each other.
  const sorted = [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
  const tuples = sorted.map(([, { group, sums }]) => [...group, ...sums.map((sum) => BigInt(sign) * sum)]);
  await insertRows(sql, INTO, ADD, tuples);
}

function groupOf(row: LedgerRow): SqlValue[] {
  const hour = Math.floor(row.startedAt / HOUR_MS);
  return [hour, row.keyId, row.userId ?? '', row.teamId ?? '', row.model, row.target ?? ''];
}

/** In the order of `SUMS`. */
function sumsOf({ outcome, estimated, usage, cost }: LedgerRow): bigint[] {
  const count = (condition: boolean) => (condition ? 1n : 0n);
  return [
    1n,
    count(outcome === 'answered'),
    count(outcome === 'cancelled'),
    count(outcome === 'failed'),
    count(estimated),
    BigInt(usage.promptTokens),
    BigInt(usage.cachedTokens),
    BigInt(usage.completionTokens),
    BigInt(usage.reasoningTokens),
    cost,
  ];
}

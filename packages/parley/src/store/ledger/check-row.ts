import { internalError } from '@parley/protocol/errors';
import type { Demand, LedgerRow } from '../../core/ledger.ts';

const MAX_TEXT = 500;
const MAX_ATTEMPTS = 100;
/** Sums of millions of rows have to fit into 64 bits. */
const MAX_COST = 10n ** 15n;

/**
 * The row as every database takes it: texts that callers wrote are cut, and hold no characters that PostgreSQL has not.
 * Throws an ApiError 500 for numbers that are none: one such row would keep all behind it out of the database.
 */
export function checkedRow(row: LedgerRow): LedgerRow {
  const { usage, timing } = row;
  for (const [name, value] of Object.entries({
    startedAt: row.startedAt,
    finishedAt: row.finishedAt,
    status: row.status,
    promptTokens: usage.promptTokens,
    cachedTokens: usage.cachedTokens,
    completionTokens: usage.completionTokens,
    reasoningTokens: usage.reasoningTokens,
    acceptedPredictionTokens: usage.acceptedPredictionTokens ?? 0,
    rejectedPredictionTokens: usage.rejectedPredictionTokens ?? 0,
  })) {
    if (!Number.isSafeInteger(value) || value < 0) throw internalError(`A ledger row has no valid ${name}.`);
  }
  checkCost(row.cost);
  return {
    ...row,
    id: clean(row.id),
    keyId: clean(row.keyId),
    userId: cleanOptional(row.userId),
    teamId: cleanOptional(row.teamId),
    model: clean(row.model),
    target: cleanOptional(row.target),
    errorCode: cleanOptional(row.errorCode),
    timing: timing === undefined || Object.values(timing).every(Number.isFinite) ? timing : undefined,
    attempts: row.attempts
      .slice(0, MAX_ATTEMPTS)
      .map(({ target, outcome }) => ({ target: clean(target), outcome: clean(outcome) })),
  };
}

/** Throws an ApiError 500. */
export function checkDemand({ tokens, cost }: Demand): void {
  if (!Number.isSafeInteger(tokens) || tokens < 0) throw internalError('A demand has no valid tokens.');
  checkCost(cost);
}

function checkCost(cost: bigint): void {
  if (cost < 0n || cost > MAX_COST) throw internalError('A call has no valid cost.');
}

function clean(text: string): string {
  return text.slice(0, MAX_TEXT).toWellFormed().replaceAll('\0', '\ufffd');
}

function cleanOptional(text: string | undefined): string | undefined {
  return text === undefined ? undefined : clean(text);
}

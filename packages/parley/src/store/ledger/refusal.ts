import { ApiError } from '@parley/protocol/errors';
import type { Demand, Limits } from '../../core/ledger.ts';
import type { Refusal } from '../counters/counters.ts';
import type { Level } from '../counters/state.ts';

const MINUTE_MS = 60_000;
/** Calls end at any time: whoever waits for one comes back soon. */
const CONCURRENT_RETRY_SECONDS = 1;

/** 402 where money is missing, 429 where waiting helps, or a smaller request. */
export function refused(
  { subject, limit }: Refusal,
  levels: readonly Level[],
  demand: Demand,
  now: number,
): ApiError {
  const limits = levels.find((level) => level.subject === subject)?.limits;
  const who = nameOf(subject);
  if (limit === 'budgetPerDay' || limit === 'budgetPerMonth' || limit === 'budgetTotal') {
    return new ApiError({
      status: 402,
      type: 'permission_error',
      code: 'budget_exceeded',
      message: `${who} has used up its budget${periodOf(limit, now)}: ${moneyOf(limits?.[limit])}, calls that run included.`,
    });
  }
  const most = limits?.[limit] ?? 0;
  const never = limit === 'tokensPerMinute' ? demand.tokens > most : most < 1;
  return new ApiError({
    status: 429,
    type: 'rate_limit_error',
    code: 'rate_limit_exceeded',
    message: `${who} ${reasonOf(limit, most, demand, never)}`,
    ...(!never && { retryAfterSeconds: waitOf(limit, now) }),
  });
}

function nameOf(subject: string): string {
  const at = subject.indexOf(':');
  const [kind, id] = [subject.slice(0, at), subject.slice(at + 1)];
  return kind === 'key' ? 'This API key' : `The ${kind} '${id.slice(0, 100)}'`;
}

type Rate = 'requestsPerMinute' | 'tokensPerMinute' | 'concurrent';

function reasonOf(limit: Rate, most: number, { tokens }: Demand, never: boolean): string {
  switch (limit) {
    case 'requestsPerMinute':
      return `may make ${most} requests a minute.`;
    case 'concurrent':
      return `may have ${most} calls running at a time.`;
    case 'tokensPerMinute':
      return never
        ? `may use ${most} tokens a minute, and this request alone may use ${tokens}: make it shorter, or lower max_completion_tokens.`
        : `may use ${most} tokens a minute, and this request may use ${tokens}.`;
  }
}

function waitOf(limit: Rate, now: number): number {
  if (limit === 'concurrent') return CONCURRENT_RETRY_SECONDS;
  return Math.max(1, Math.ceil((MINUTE_MS - (now % MINUTE_MS)) / 1000));
}

function periodOf(limit: keyof Limits, now: number): string {
  const date = new Date(now);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  const until = (next: number) => `, which begins anew at ${new Date(next).toISOString()}`;
  if (limit === 'budgetPerDay') return ` for the day${until(Date.UTC(year, month, day + 1))}`;
  if (limit === 'budgetPerMonth') return ` for the month${until(Date.UTC(year, month + 1, 1))}`;
  return '';
}

/** US dollars with as many digits as it has. */
function moneyOf(money: bigint | undefined): string {
  const text = String(money ?? 0n).padStart(10, '0');
  const cents = text.slice(-9).replace(/0{1,7}$/, '');
  return `$${text.slice(0, -9)}.${cents}`;
}

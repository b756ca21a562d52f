import type { IncomingHttpHeaders } from 'node:http';
import { type ChatCompletionRequest, invalidRequest } from '@parley/protocol';

/** What a call asks for by headers. */
export interface CallHeaders {
  /** `x-delay-time`: how long the call waits before it is worked on. */
  readonly delaySeconds: number;
  /** `queue_threshold`: how long it may wait for its turn. */
  readonly queueLimitMs: number | undefined;
}

/** The reference of Cerebras names no unit; its answers give all times in seconds. The bound is this server's. */
const MAX_DELAY_SECONDS = 60;
/** "Valid range: 50-20000 milliseconds" (Cerebras, Service Tiers). */
const QUEUE_LIMIT_MS = { least: 50, most: 20_000 };

/** Throws ApiError 400 that names the header. */
export function readCallHeaders(
  headers: IncomingHttpHeaders,
  tier: ChatCompletionRequest['service_tier'],
): CallHeaders {
  return {
    delaySeconds: bounded(headers, 'x-delay-time', 0, MAX_DELAY_SECONDS, 'seconds') ?? 0,
    queueLimitMs: queueLimit(headers, tier),
  };
}

function queueLimit(
  headers: IncomingHttpHeaders,
  tier: ChatCompletionRequest['service_tier'],
): number | undefined {
  const { least, most } = QUEUE_LIMIT_MS;
  const limit = bounded(headers, 'queue_threshold', least, most, 'milliseconds');
  if (limit === undefined || tier === undefined || tier === null || tier === 'auto' || tier === 'flex') {
    return limit;
  }
  throw invalidRequest(
    'queue_threshold',
    `The header queue_threshold is only allowed with service_tier "auto" or "flex", got "${tier}".`,
    'conflicting_parameters',
  );
}

function bounded(
  headers: IncomingHttpHeaders,
  name: string,
  least: number,
  most: number,
  unit: string,
): number | undefined {
  const text = headers[name];
  if (text === undefined) return undefined;
  const value = typeof text === 'string' && text.trim() !== '' ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  const wrong = `The header ${name} must be a number of ${unit} from ${least} to ${most}, got ${shown(text)}.`;
  throw invalidRequest(name, wrong, Number.isNaN(value) ? 'invalid_value' : 'out_of_range');
}

function shown(value: string | string[]): string {
  return JSON.stringify(value).slice(0, 80);
}

type Headers = Readonly<Record<string, string>>;

/** Longer waits are no waits. */
const LONGEST_MS = 24 * 60 * 60 * 1000;

/**
 * How long an upstream asks to be left alone, in milliseconds: `retry-after-ms`, `retry-after` in seconds or as a date,
 * and for a 429 the reset of the limit that is used up. Undefined where it does not say.
 */
export function retryAfterMs(headers: Headers, status: number, unixMs: number): number | undefined {
  const said = milliseconds(headers['retry-after-ms']) ?? secondsOrDate(headers['retry-after'], unixMs);
  const wait = said ?? (status === 429 ? resetOf(headers, unixMs) : undefined);
  return wait === undefined ? undefined : Math.min(LONGEST_MS, Math.max(0, Math.ceil(wait)));
}

function milliseconds(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}(?:\.\d+)?$/.test(text) ? Number(text) : undefined;
}

function secondsOrDate(text: string | undefined, unixMs: number): number | undefined {
  const seconds = milliseconds(text);
  if (seconds !== undefined) return seconds * 1000;
  const date = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(date) ? undefined : date - unixMs;
}

/** Of several limits the longest wait among those that have nothing left; of a single reset without a count, that one. */
function resetOf(headers: Headers, unixMs: number): number | undefined {
  const waits: number[] = [];
  for (const [name, value] of Object.entries(headers)) {
    const remaining = remainingName(name);
    if (remaining === undefined || headers[remaining] !== '0') continue;
    const wait = resetMs(value, unixMs);
    if (wait !== undefined) waits.push(wait);
  }
  if (waits.length > 0) return Math.max(...waits);
  return resetMs(headers['x-ratelimit-reset'], unixMs);
}

/** `x-ratelimit-reset-tokens` goes with `x-ratelimit-remaining-tokens`, `…-tokens-reset` with `…-tokens-remaining`. */
function remainingName(name: string): string | undefined {
  if (!name.includes('ratelimit') || !/(?:^|-)reset(?:-|$)/.test(name)) return undefined;
  return name.replace(/(^|-)reset(-|$)/, '$1remaining$2');
}

/** `1s`, `6m0s`, `2m59.56s`, `120ms`, seconds, a Unix time in seconds or milliseconds, or a date. */
function resetMs(text: string | undefined, unixMs: number): number | undefined {
  if (text === undefined) return undefined;
  const number = milliseconds(text);
  if (number !== undefined) {
    if (number > 1e11) return number - unixMs;
    return number > 1e9 ? number * 1000 - unixMs : number * 1000;
  }
  return duration(text) ?? secondsOrDate(text, unixMs);
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function duration(text: string): number | undefined {
  if (!/^(?:\d{1,9}(?:\.\d+)?(?:ms|[smhd]))+$/.test(text)) return undefined;
  let sum = 0;
  for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g)) {
    sum += Number(number) * (UNITS[unit ?? ''] ?? 0);
  }
  return sum;
}

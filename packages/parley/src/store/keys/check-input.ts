import { invalidRequest } from '@parley/protocol/errors';
import type { KeyScope } from '../../core/keys.ts';
import type { Limits } from '../../core/ledger.ts';

const MAX_TEXT = 200;
const MAX_LIST = 1_000;
const MAX_PAIRS = 16;
const MAX_PAIR_VALUE = 512;
/** As much as 64 bits hold beside what is spent. */
const MAX_BUDGET = 10n ** 18n;
const RATES = ['requestsPerMinute', 'tokensPerMinute', 'concurrent'] as const;
const BUDGETS = ['budgetPerDay', 'budgetPerMonth', 'budgetTotal'] as const;

export const NO_LIMITS: Limits = {
  requestsPerMinute: undefined,
  tokensPerMinute: undefined,
  concurrent: undefined,
  budgetPerDay: undefined,
  budgetPerMonth: undefined,
  budgetTotal: undefined,
};

/** All of these throw an ApiError 400 that names the parameter. */
export function checkText(param: string, text: string): string {
  if (text.length >= 1 && text.length <= MAX_TEXT && isPlain(text)) return text;
  throw invalidRequest(
    param,
    `${param} must have 1 to ${MAX_TEXT} characters, none of them a control character.`,
  );
}

export function checkOptionalText(param: string, text: string | undefined): string | undefined {
  return text === undefined ? undefined : checkText(param, text);
}

export function checkLimits(limits: Partial<Limits> = {}): Limits {
  for (const name of Object.keys(limits)) {
    if (!Object.hasOwn(NO_LIMITS, name)) {
      const known = Object.keys(NO_LIMITS).join(', ');
      throw invalidRequest(
        `limits.${name}`,
        `There is no limit '${name.slice(0, 50)}'. There are: ${known}.`,
      );
    }
  }
  for (const name of RATES) {
    const value = limits[name];
    if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) continue;
    throw invalidRequest(`limits.${name}`, `limits.${name} must be a whole number of 0 or more.`);
  }
  for (const name of BUDGETS) {
    const value = limits[name];
    if (value === undefined || (typeof value === 'bigint' && value >= 0n && value <= MAX_BUDGET)) continue;
    throw invalidRequest(`limits.${name}`, `limits.${name} must be from 0 to ${MAX_BUDGET} nanodollars.`);
  }
  return { ...NO_LIMITS, ...limits };
}

export function checkMetadata(metadata: Readonly<Record<string, string>> = {}): Record<string, string> {
  const pairs = Object.entries(metadata);
  const fits = pairs.every(
    ([key, value]) =>
      isPlain(key) && key.length >= 1 && key.length <= 64 && isPlain(value) && value.length <= MAX_PAIR_VALUE,
  );
  if (pairs.length <= MAX_PAIRS && fits) return { ...metadata };
  throw invalidRequest(
    'metadata',
    `metadata takes up to ${MAX_PAIRS} pairs; keys of 1 to 64 characters, values of up to ${MAX_PAIR_VALUE}.`,
  );
}

export function checkScope({ models, origins, expiresAt }: Partial<KeyScope>): KeyScope {
  checkList('models', models, (model) => checkText('models', model));
  checkList('origins', origins, checkOrigin);
  if (expiresAt !== undefined && !(Number.isSafeInteger(expiresAt) && expiresAt >= 0)) {
    throw invalidRequest('expiresAt', 'expiresAt must be a time in milliseconds since 1970.');
  }
  return { models, origins, expiresAt };
}

function checkList(param: string, list: readonly string[] | undefined, check: (item: string) => void): void {
  if (list === undefined) return;
  if (list.length < 1 || list.length > MAX_LIST) {
    throw invalidRequest(
      param,
      `${param} must have 1 to ${MAX_LIST} items, or be left out: then all are allowed.`,
    );
  }
  for (const item of list) check(item);
}

/** As browsers send it: scheme, host and a port that is not the scheme's own. */
function checkOrigin(origin: string): void {
  if (URL.canParse(origin) && new URL(origin).origin === origin) return;
  throw invalidRequest(
    'origins',
    `'${origin.slice(0, 100)}' is no web origin: write scheme and host in lower case, without a path, as https://app.example.`,
  );
}

function isPlain(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for
  return typeof text === 'string' && text.isWellFormed() && !/[\u0000-\u001f\u007f]/.test(text);
}

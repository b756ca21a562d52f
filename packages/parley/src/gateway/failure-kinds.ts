import type { FailureKind } from './attempt.ts';
import type { UpstreamFault } from './dialects/fault.ts';

const CONTEXT_CODES: ReadonlySet<string> = new Set([
  'context_length_exceeded',
  'model_context_window_exceeded',
]);
/** In the words of OpenAI, vLLM, llama.cpp, Anthropic, Google, Mistral and xAI. */
const CONTEXT_WORDS =
  /maximum context length|context[ _](?:length|size|window)|maximum prompt length|prompt is too long|too many tokens|too large for model|(?:input|prompt) token count .{0,40}exceeds|longer than the model/i;

const POLICY_CODES: ReadonlySet<string> = new Set([
  'content_filter',
  'content_policy_violation',
  'moderation_blocked',
  'responsibleaipolicyviolation',
  'safety_violation',
]);
const POLICY_WORDS =
  /content (?:management |usage )?polic|usage polic|content[ _]filter|safety system|flagged (?:as|by|for)|was flagged|requires moderation|blocked by .{0,30}(?:safety|filter)|prohibited content/i;

const CREDENTIAL_CODES: ReadonlySet<string> = new Set([
  'invalid_api_key',
  'insufficient_quota',
  'billing_hard_limit_reached',
  'billing_not_active',
  'account_deactivated',
  'authentication_error',
  'permission_error',
  'permission_denied',
  'unauthenticated',
  'api_key_invalid',
]);
const CREDENTIAL_WORDS =
  /api key not valid|invalid api key|incorrect api key|credit balance is too low|insufficient balance/i;

const RATE_CODES: ReadonlySet<string> = new Set([
  'rate_limit_exceeded',
  'rate_limit_error',
  'resource_exhausted',
  'too_many_requests',
]);

/** Statuses of the 4xx that say nothing against the request: the model is not there, or not now. */
const ELSEWHERE: ReadonlySet<number> = new Set([404, 405, 406, 409, 410, 421, 423, 425, 426]);
/** Groq: "Flex Tier Capacity Exceeded". */
const CAPACITY_EXCEEDED = 498;

/** What kind of failure an upstream's error is, by its status, its code and, where those are vague, its words. */
export function kindOf({ status, code, type, message }: UpstreamFault): FailureKind {
  const codes = [code, type].flatMap((each) => (each === undefined ? [] : each.toLowerCase()));
  const has = (set: ReadonlySet<string>): boolean => codes.some((each) => set.has(each));
  if (has(CREDENTIAL_CODES) || status === 401 || status === 402) return 'credentials';
  if (isOfRequest(status)) {
    if (has(CONTEXT_CODES) || CONTEXT_WORDS.test(message)) return 'context-length';
    if (has(POLICY_CODES) || POLICY_WORDS.test(message)) return 'content-policy';
    if (CREDENTIAL_WORDS.test(message) || status === 403) return 'credentials';
  }
  if (status === 429 || status === CAPACITY_EXCEEDED || has(RATE_CODES)) return 'rate-limited';
  if (status === 408) return 'timeout';
  if (status === undefined) return codes.includes('invalid_request_error') ? 'request' : 'upstream';
  if (status >= 400 && status < 500 && !ELSEWHERE.has(status)) return 'request';
  return 'upstream';
}

/** An error without a status may be of any kind. */
function isOfRequest(status: number | undefined): boolean {
  return status === undefined || (status >= 400 && status < 500 && status !== 429 && !ELSEWHERE.has(status));
}

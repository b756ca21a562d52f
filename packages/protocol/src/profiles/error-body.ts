import type { ApiError } from '../errors.ts';
import type { Profile } from './profile.ts';

/** By status, as Atoma's proxy names its failures; what it never answers falls to the two general ones. */
const ATOMA_CODES: Readonly<Record<number, string>> = {
  401: 'AUTH_ERROR',
  402: 'BALANCE_ERROR',
  404: 'NOT_FOUND',
  423: 'LOCKED',
  425: 'UNAVAILABLE_STACK',
  429: 'TOO_MANY_REQUESTS',
  501: 'NOT_IMPLEMENTED',
  503: 'SERVICE_UNAVAILABLE',
};

/** Codes of this server that Cerebras has other names for. */
const CEREBRAS_CODES: Readonly<Record<string, string>> = {
  conflicting_parameters: 'wrong_api_format',
  invalid_api_key: 'wrong_api_key',
  invalid_body: 'wrong_api_format',
  invalid_json: 'wrong_api_format',
  invalid_type: 'wrong_api_format',
  invalid_utf8: 'wrong_api_format',
  invalid_value: 'wrong_api_format',
  missing_required_parameter: 'wrong_api_format',
  out_of_range: 'wrong_api_format',
  unsupported_parameter: 'wrong_api_format',
};

/** The body of a failure, in the provider's shape. */
export function profileErrorBody({ errors }: Profile, error: ApiError): object {
  switch (errors) {
    case 'openai':
      return error.body();
    case 'flat':
      return { ...error.body().error, code: CEREBRAS_CODES[error.code ?? ''] ?? error.code };
    case 'code': {
      const general = error.status >= 500 ? 'INTERNAL_ERROR' : 'REQUEST_ERROR';
      return { error: { code: ATOMA_CODES[error.status] ?? general, message: error.message } };
    }
  }
}

/** The last event of a stream that failed. */
export function profileErrorChunk(profile: Profile, error: ApiError): object {
  if (profile.errors === 'code') return profileErrorBody(profile, error);
  // Cerebras nests the error of a stream, and only that one.
  const inner = profile.errors === 'flat' ? { error: profileErrorBody(profile, error) } : error.body();
  return { ...inner, status_code: error.status };
}

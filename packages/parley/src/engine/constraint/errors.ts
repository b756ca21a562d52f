import { ConstraintError } from '@parley/constrain';
import { type ApiError, invalidRequest } from '@parley/protocol/errors';

const CODES = {
  invalid: 'invalid_constraint',
  unsupported: 'unsupported_constraint',
  limit: 'constraint_too_complex',
} as const;

/** A 400 that names the place inside `param`; anything but a ConstraintError comes back as it is. */
export function constraintFailure(error: unknown, param: string): ApiError | unknown {
  if (!(error instanceof ConstraintError)) return error;
  const place = error.pointer.startsWith('/') ? param + jsonPath(error.pointer) : param;
  return invalidRequest(place, `${param}: ${error.message}`, CODES[error.kind]);
}

/** `/properties/a b/0` as `.properties["a b"][0]`. */
function jsonPath(pointer: string): string {
  return pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((step) => {
      if (/^\d+$/.test(step)) return `[${step}]`;
      return /^[A-Za-z_$][\w$]*$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
    })
    .join('');
}

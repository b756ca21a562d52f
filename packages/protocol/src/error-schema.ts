import Type from 'typebox';
import type { ErrorType } from './errors.ts';
import { closed, nullable } from './response-fields.ts';

const types: readonly [ErrorType, ...ErrorType[]] = [
  'invalid_request_error',
  'authentication_error',
  'permission_error',
  'not_found_error',
  'rate_limit_error',
  'timeout_error',
  'server_error',
];

/** The body of every failure, and the last event of a stream that failed; its type is `ErrorBody`. */
export const ErrorBodySchema = Type.Object(
  {
    error: Type.Object(
      {
        message: Type.String({ description: 'What was wrong and what is allowed.' }),
        type: Type.Unsafe<ErrorType>(Type.Enum([...types])),
        param: nullable(Type.String({ description: 'JSON path of the offending parameter.' })),
        code: nullable(Type.String()),
      },
      closed,
    ),
  },
  closed,
);

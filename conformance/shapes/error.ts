import Type, { type Static } from 'typebox';
import { shapeCheck } from './check.ts';
import { closed, nullable, Text } from './schema.ts';

/** `Error`: all four keys are there, null where nothing is known. */
const error = closed({
  message: Type.String({ minLength: 1 }),
  type: Type.String({ minLength: 1 }),
  param: nullable(Text),
  code: nullable(Text),
});

export const ErrorBody = closed({ error });
export type ErrorBody = Static<typeof ErrorBody>;
export const checkErrorBody: (value: unknown) => asserts value is ErrorBody = shapeCheck(
  'error body',
  ErrorBody,
);

/** A failure in the middle of a stream, with the status that it would have had: Cerebras's form. */
export const ErrorEvent = closed({ error }, { status_code: Type.Integer({ minimum: 400, maximum: 599 }) });
export type ErrorEvent = Static<typeof ErrorEvent>;
export const checkErrorEvent: (value: unknown) => asserts value is ErrorEvent = shapeCheck(
  'error event',
  ErrorEvent,
);

export { AnswerError, type UnparsedReason } from '../answer-error.ts';
export type { DeepPartial, Infer, JsonSchema, Schema } from '../schema/infer.ts';
export { PartialJson } from '../schema/partial-json.ts';
export { InvalidValueError, type ToJsonSchema } from '../schema/schema.ts';
export type { Issue, StandardResult, StandardSchema } from '../schema/standard-schema.ts';
export { SchemaError } from '../schema/strict.ts';
export { type Parse, type ParseParams, parse } from './parse.ts';
export type { ParsedChoice, ParsedCompletion } from './parsed-completion.ts';
export { ParsedStream } from './parsed-stream.ts';

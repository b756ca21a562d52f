// The least of a client, with what its calls take, give and throw.
export type {
  Fields,
  PartialChoice,
  PartialCompletion,
  PartialMessage,
} from './accumulate.ts';
export type { ApiPromise, Call, Method, Send, WithResponse } from './call.ts';
export { ParleyCore } from './core.ts';
export {
  AbortError,
  ApiError,
  AuthenticationError,
  BadRequestError,
  ConnectionError,
  type ErrorDetails,
  type InterruptionReason,
  NotFoundError,
  ParleyError,
  ProtocolError,
  RateLimitError,
  ServerError,
  StreamInterruptedError,
  TimeoutError,
} from './errors.ts';
export type { CallInfo, Hooks } from './hooks.ts';
export type {
  ClientOptions,
  CoreOptions,
  HeadersLike,
  Limit,
  Query,
  QueryValue,
  RequestOptions,
  Timeouts,
} from './options.ts';
export type { Answer, Create, CreateChatCompletion, CreateCompletion, With } from './resources/create.ts';
export { type RetryConfig, retryAfterMilliseconds } from './retry.ts';
export { Stream } from './stream.ts';
export type * from './wire/answer-fields.ts';
export type * from './wire/chat-answer.ts';
export type * from './wire/chat-request.ts';
export type * from './wire/completion-answer.ts';
export type * from './wire/completion-request.ts';
export type * from './wire/content.ts';
export type * from './wire/format.ts';
export type * from './wire/message.ts';
export type * from './wire/models.ts';
export type * from './wire/stored.ts';
export type * from './wire/tools.ts';

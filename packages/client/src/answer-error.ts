import { ParleyError } from './errors.ts';
import type { Answer } from './resources/create.ts';
import type { FinishReason } from './wire/answer-fields.ts';
import type { ChatCompletion } from './wire/chat-answer.ts';

/**
 * Why an answer is not what was asked for. `refusal`: the model declined; `length`: it was cut off by a token limit;
 * `content_filter`: by a filter; `json`: it is no JSON; `schema`: it does not fit the schema.
 */
export type UnparsedReason = 'refusal' | 'length' | 'content_filter' | 'json' | 'schema';

/** An answer came, but not what was asked for. It is in `completion`; of a schema, `cause` lists the issues. */
export class AnswerError extends ParleyError {
  static {
    AnswerError.prototype.name = 'AnswerError';
  }
  readonly reason: UnparsedReason;
  readonly completion: ChatCompletion;

  constructor(reason: UnparsedReason, message: string, completion: Answer<ChatCompletion>, cause?: unknown) {
    super(message, { requestId: completion.requestId, ...(cause === undefined ? {} : { cause }) });
    this.reason = reason;
    this.completion = completion;
  }
}

/** Throws AnswerError for an answer whose text breaks off. */
export function assertWhole(completion: Answer<ChatCompletion>, reason: FinishReason): void {
  if (reason !== 'length' && reason !== 'content_filter') return;
  const by = reason === 'length' ? 'token limit' : 'content filter';
  throw new AnswerError(reason, `The answer was cut off by a ${by}.`, completion);
}

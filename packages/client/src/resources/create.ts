import type { ApiPromise, Send } from '../call.ts';
import type { RequestOptions } from '../options.ts';
import type { Stream } from '../stream.ts';
import type { ChatCompletion, ChatCompletionChunk } from '../wire/chat-answer.ts';
import type { ChatCompletionRequest } from '../wire/chat-request.ts';
import type { Completion, CompletionChunk } from '../wire/completion-answer.ts';
import type { CompletionRequest } from '../wire/completion-request.ts';

/** Adds the server's id of the request to an answer. It is not among the fields that are enumerated. */
export type Answer<T> = T & { readonly requestId?: string | undefined };

/**
 * Parameters that no type here knows are passed on: name their type, `create<{ my_parameter: number }>({...})`, or put
 * them into the option `body`.
 */
export type With<Params, Extra> = Params & NoInfer<Extra>;

/** What comes is decided by `stream`: the whole answer, or its chunks. */
export interface Create<Params, Whole, Chunk> {
  <Extra = unknown>(
    params: With<Params & { stream?: false | null }, Extra>,
    options?: RequestOptions,
  ): ApiPromise<Answer<Whole>>;
  <Extra = unknown>(
    params: With<Params & { stream: true }, Extra>,
    options?: RequestOptions,
  ): ApiPromise<Stream<Chunk>>;
  <Extra = unknown>(
    params: With<Params, Extra>,
    options?: RequestOptions,
  ): ApiPromise<Answer<Whole> | Stream<Chunk>>;
}

export type CreateChatCompletion = Create<ChatCompletionRequest, ChatCompletion, ChatCompletionChunk>;
export type CreateCompletion = Create<CompletionRequest, Completion, CompletionChunk>;

export const CHAT_PATH = '/chat/completions';

export function creator<Params extends object, Whole, Chunk>(
  send: Send,
  path: string,
): Create<Params, Whole, Chunk> {
  const create = (params: Params, options?: RequestOptions) =>
    send({ ...options, method: 'POST', path, params });
  // The overloads tell what comes, by the value of `stream`.
  return create as Create<Params, Whole, Chunk>;
}

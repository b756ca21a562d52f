import { streamChat } from '../chat-stream.ts';
import type { ParleyCore } from '../core.ts';
import type { RequestOptions } from '../options.ts';
import type { Infer, Schema } from '../schema/infer.ts';
import { prepare, type ToJsonSchema } from '../schema/schema.ts';
import type { ChatCompletionRequest } from '../wire/chat-request.ts';
import type { ResponseFormat } from '../wire/format.ts';
import { type ParsedCompletion, readCompletion } from './parsed-completion.ts';
import { ParsedStream } from './parsed-stream.ts';

/** Parameters of a chat completion, and what its answer has to be. */
export interface ParseParams<S extends Schema> extends Omit<ChatCompletionRequest, 'response_format'> {
  /** A schema of zod, valibot, arktype or another library with Standard Schema, of TypeBox, or plain JSON Schema. */
  schema: S;
  /** JSON Schema of `schema`, or what makes it, where the library does not: `toJsonSchema` for valibot. */
  jsonSchema?: ToJsonSchema<S> | undefined;
  /** What the model is told that the answer is. Default: `answer`. */
  schemaName?: string | undefined;
  /** Whether the schema is sent in the form of strict modes, for the server to enforce it. Default: true. */
  strict?: boolean | undefined;
}

/** Whole, or with `stream: true` while it comes. */
export interface Parse {
  <const S extends Schema>(
    params: ParseParams<S> & { stream: true },
    options?: RequestOptions,
  ): Promise<ParsedStream<Infer<S>>>;
  <const S extends Schema>(
    params: ParseParams<S> & { stream?: false | null },
    options?: RequestOptions,
  ): Promise<ParsedCompletion<Infer<S>>>;
}

/**
 * An answer in the form of a schema. Fails with SchemaError, before anything is sent, for a schema that cannot be used,
 * and with AnswerError for an answer that is not what it asks for.
 */
export async function parse<const S extends Schema>(
  client: ParleyCore,
  params: ParseParams<S> & { stream: true },
  options?: RequestOptions,
): Promise<ParsedStream<Infer<S>>>;
export async function parse<const S extends Schema>(
  client: ParleyCore,
  params: ParseParams<S> & { stream?: false | null },
  options?: RequestOptions,
): Promise<ParsedCompletion<Infer<S>>>;
export async function parse<const S extends Schema>(
  client: ParleyCore,
  { schema, jsonSchema, schemaName: name = 'answer', strict = true, stream, ...params }: ParseParams<S>,
  options?: RequestOptions,
): Promise<ParsedStream<Infer<S>> | ParsedCompletion<Infer<S>>> {
  const prepared = prepare<S>(schema, { jsonSchema, strict });
  const json_schema = { name, schema: prepared.json, strict };
  const response_format: ResponseFormat = { type: 'json_schema', json_schema };
  const request = { ...params, response_format };
  if (stream) return new ParsedStream(streamChat(client, request, options), prepared);
  const completion = await client.chat.completions.create(request, options);
  return readCompletion(completion, prepared);
}

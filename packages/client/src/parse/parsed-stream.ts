import type { ChatStream } from '../chat-stream.ts';
import { Run } from '../run.ts';
import type { DeepPartial } from '../schema/infer.ts';
import { PartialJson } from '../schema/partial-json.ts';
import type { Prepared } from '../schema/schema.ts';
import { type ParsedCompletion, readCompletion } from './parsed-completion.ts';

/**
 * An answer in the form of a schema, while it comes: the value of the first choice as far as it has come, for each piece
 * of text. What is partial is not checked; the result is.
 */
export class ParsedStream<T> extends Run<DeepPartial<T>, ParsedCompletion<T>> {
  /** The stream behind it, with its events. */
  readonly stream: ChatStream;

  constructor(stream: ChatStream, schema: Prepared<T>) {
    super((signal) => {
      signal.addEventListener('abort', () => stream.close());
      return partials(stream, schema);
    });
    this.stream = stream;
  }
}

async function* partials<T>(
  stream: ChatStream,
  schema: Prepared<T>,
): AsyncGenerator<DeepPartial<T>, ParsedCompletion<T>> {
  const json = new PartialJson();
  for await (const event of stream) {
    if (event.type !== 'text-delta' || event.choice !== 0) continue;
    const value = json.push(event.text);
    // The server enforces the schema; that it does is checked in the end.
    if (value !== undefined) yield value as DeepPartial<T>;
  }
  return readCompletion(await stream.final(), schema);
}

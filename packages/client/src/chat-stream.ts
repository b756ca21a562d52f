import type { ParleyCore } from './core.ts';
import { EventReader, type StreamEvent } from './events.ts';
import type { RequestOptions } from './options.ts';
import { toReadableStream } from './readable.ts';
import type { Answer, With } from './resources/create.ts';
import { Run } from './run.ts';
import type { Stream } from './stream.ts';
import type { ChatCompletion, ChatCompletionChunk } from './wire/chat-answer.ts';
import type { ChatCompletionRequest } from './wire/chat-request.ts';

type ChunkStream = Stream<ChatCompletionChunk>;

/** A streamed answer that is put together while it comes. The result is the whole answer, as without a stream. */
export class ChatStream extends Run<StreamEvent, Answer<ChatCompletion>> {
  /** Of a stream, or of what opens one. */
  constructor(source: ChunkStream | ((signal: AbortSignal) => Promise<ChunkStream>)) {
    super((signal) => {
      const opened = typeof source === 'function' ? source(signal) : Promise.resolve(source);
      // Whoever reads is told of a failure.
      opened.catch(() => {});
      return events(opened);
    });
  }

  /** The text of the first choice at its end; empty where it has none. */
  async text(): Promise<string> {
    return (await this.final()).choices[0]?.message.content ?? '';
  }

  /**
   * The chunks that are still to come as server-sent events: the body of a response, which the other end reads with
   * `new ChatStream(new Stream(body))`.
   */
  toReadableStream(): ReadableStream<Uint8Array> {
    return toReadableStream(chunks(this));
  }
}

/** Streams an answer and puts it together. Asks for the usage, unless `stream_options` says otherwise. */
export function streamChat<Extra = unknown>(
  client: ParleyCore,
  params: With<ChatCompletionRequest, Extra>,
  options: RequestOptions = {},
): ChatStream {
  const stream_options = { include_usage: true, ...params.stream_options };
  const request = { ...params, stream_options, stream: true } as const;
  return new ChatStream((signal) =>
    client.chat.completions.create(request, { ...options, signal: [signal, options.signal].flat() }),
  );
}

async function* events(source: Promise<ChunkStream>): AsyncGenerator<StreamEvent, Answer<ChatCompletion>> {
  const stream = await source;
  const reader = new EventReader(stream.partial);
  for await (const chunk of stream) yield* reader.read(chunk);
  // The stream has ended in order, so all that an answer has is there.
  const completion = { ...stream.partial, object: 'chat.completion' } as ChatCompletion;
  const answer = Object.defineProperty(completion, 'requestId', { value: stream.requestId });
  yield { type: 'end', completion: answer };
  return answer;
}

async function* chunks(stream: ChatStream): AsyncGenerator<ChatCompletionChunk> {
  for await (const event of stream) if (event.type === 'chunk') yield event.chunk;
}

import type { ApiError } from './errors.ts';

/**
 * What is still to come of a stream as server-sent events: the body of a response, which the other end reads with
 * `new Stream(body)`. A failure becomes an error event, as a server sends it.
 */
export function toReadableStream(chunks: AsyncIterator<unknown, unknown>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const send = (data: string) => controller.enqueue(encoder.encode(`data: ${data}\n\n`));
      try {
        const { done, value } = await chunks.next();
        if (!done) return send(JSON.stringify(value));
      } catch (error) {
        const { message, status: status_code } = error as ApiError;
        send(JSON.stringify({ error: { message }, status_code }));
      }
      send('[DONE]');
      controller.close();
    },
    async cancel() {
      await chunks.return?.();
    },
  });
}

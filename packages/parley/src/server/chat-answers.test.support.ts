import assert from 'node:assert/strict';
import { ChatCompletion, ChatCompletionChunk } from '@parley/protocol';
import { Compile } from 'typebox/compile';
import type { ChatEvent } from '../core/event.ts';
import { type Script, start } from './fake-backend.test.support.ts';
import { readEvents, type TestServer } from './test-server.test.support.ts';

export const wholeSchema = Compile(ChatCompletion);
export const chunkSchema = Compile(ChatCompletionChunk);

export async function whole(server: TestServer, parameters: object = {}): Promise<ChatCompletion> {
  const response = await server.chat(parameters);
  assert.equal(response.status, 200);
  return wholeSchema.Parse(await response.json());
}

/** The chunks of a stream that ended well. */
export async function chunks(server: TestServer, parameters: object = {}): Promise<ChatCompletionChunk[]> {
  const events = await readEvents(await server.chat({ stream: true, ...parameters }));
  assert.equal(events.pop(), '[DONE]');
  return events.map((data) => chunkSchema.Parse(JSON.parse(data)));
}

export const content = (all: ChatCompletionChunk[], index = 0) =>
  all
    .flatMap(({ choices }) => choices)
    .filter((choice) => choice.index === index)
    .map(({ delta }) => delta.content ?? '')
    .join('');

export const script = (...events: ChatEvent[]): Script =>
  async function* (_request, context) {
    yield start(context);
    yield* events;
  };

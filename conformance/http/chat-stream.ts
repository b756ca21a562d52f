import assert from 'node:assert/strict';
import { type ChatCompletionChunk, checkChatCompletionChunk } from '../shapes/chat.ts';
import { checkErrorEvent, type ErrorEvent } from '../shapes/error.ts';
import type { Reply } from './client.ts';
import { readEventText } from './event-text.ts';
import { type GatheredChoice, gather } from './gather.ts';
import { checkStreamRules } from './stream-rules.ts';
import { checkUsageRules, type StreamRequest } from './usage-rules.ts';

export interface ChatStream {
  readonly headers: Headers;
  readonly chunks: readonly ChatCompletionChunk[];
  readonly comments: readonly string[];
  /** By index. */
  readonly choices: readonly GatheredChoice[];
  /** The event that stood in place of the rest. */
  readonly failure: ErrorEvent | undefined;
}

/** Reads a stream of chunks; fails unless it keeps every rule that holds for all of them. */
export function readChatStream(
  { headers, text }: Pick<Reply, 'headers' | 'text'>,
  request: StreamRequest,
): ChatStream {
  assert.match(headers.get('content-type') ?? '', /^text\/event-stream/);
  const { data, comments } = readEventText(text);
  const events = [...data];
  assert.equal(events.pop(), '[DONE]', 'the last event is [DONE]');
  assert.ok(!events.includes('[DONE]'), '[DONE] came before the end');
  const parsed = events.map((event): unknown => JSON.parse(event));
  const failure = failureIn(parsed);
  const chunks = (failure ? parsed.slice(0, -1) : parsed).map((chunk) => {
    checkChatCompletionChunk(chunk);
    return chunk;
  });
  checkStreamRules(chunks, { broken: failure !== undefined });
  if (!failure) checkUsageRules(chunks, request);
  return { headers, chunks, comments, choices: gather(chunks), failure };
}

/** A failure is the last event: nothing comes after it. */
function failureIn(events: readonly unknown[]): ErrorEvent | undefined {
  const at = events.findIndex((event) => typeof event === 'object' && event !== null && 'error' in event);
  if (at < 0) return undefined;
  assert.equal(at, events.length - 1, 'events after a failure');
  const failure = events[at];
  checkErrorEvent(failure);
  return failure;
}

import assert from 'node:assert/strict';
import { readChatStream } from '../http/chat-stream.ts';
import { type Reply, refusalOf } from '../http/client.ts';
import { readEventText } from '../http/event-text.ts';
import { checkChatCompletion } from '../shapes/chat.ts';
import { checkCompletion, checkCompletionChunk } from '../shapes/completion.ts';
import { checkErrorEvent } from '../shapes/error.ts';
import type { PostRoute } from './document.ts';

const CHAT = '/v1/chat/completions';
const COMPLETIONS = '/v1/completions';

/** Fails unless an answer is as published or a refusal that says why; a fault of the server is never an answer. */
export function judge(route: PostRoute, body: unknown, reply: Reply): void {
  assert.ok(reply.status === 200 || (reply.status >= 400 && reply.status < 500), `status ${reply.status}`);
  if (reply.status !== 200) {
    refusalOf(reply, reply.status);
    return;
  }
  const mediaType = reply.headers.get('content-type')?.split(';')[0] ?? '';
  if (mediaType === 'text/event-stream') judgeStream(route, body, reply);
  else {
    const answer: unknown = JSON.parse(reply.text);
    route.check(mediaType, answer);
    if (route.path === CHAT) checkChatCompletion(answer);
    if (route.path === COMPLETIONS) checkCompletion(answer);
  }
}

function judgeStream(route: PostRoute, body: unknown, reply: Reply): void {
  const { data } = readEventText(reply.text);
  const events = data.slice(0, -1).map((event): unknown => JSON.parse(event));
  assert.equal(data.at(-1), '[DONE]');
  const last = events.at(-1);
  const failed = typeof last === 'object' && last !== null && 'error' in last;
  if (failed) {
    checkErrorEvent(last);
    assert.ok(last.status_code < 500, `a fault of the server: ${JSON.stringify(last)}`);
  }
  for (const chunk of failed ? events.slice(0, -1) : events) {
    route.check('text/event-stream', chunk);
    if (route.path === COMPLETIONS) checkCompletionChunk(chunk);
  }
  if (route.path === CHAT) readChatStream(reply, typeof body === 'object' && body !== null ? body : {});
}

/** Answers below the base path of a provider have forms of their own, which are tested with the profiles. */
export function judgeProvider({ status, headers, text }: Reply): void {
  assert.ok(status === 200 || (status >= 400 && status < 500), `status ${status}`);
  const isStream = headers.get('content-type')?.startsWith('text/event-stream') ?? false;
  assert.doesNotThrow(() => (isStream ? readEventText(text) : JSON.parse(text)));
}

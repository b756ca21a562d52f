import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { readChatStream } from './http/chat-stream.ts';
import { Client, refusalOf } from './http/client.ts';
import { startTarget } from './http/target.ts';

// One answer at a time, nobody waits, and on SIGTERM nobody is waited for.
const target = await startTarget({ queue: 0, parallel: 1, drainSeconds: 0 });
after(() => target[Symbol.asyncDispose]());
const client = new Client(target);
const PATH = '/v1/chat/completions';
const LONG = { max_completion_tokens: 480, ignore_eos: true };

/** A stream whose first event has come. */
async function begun(): Promise<{ response: Response; body: object }> {
  const body = client.question({ ...LONG, stream: true, logprobs: true, top_logprobs: 20 });
  const response = await fetch(target.url + PATH, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${target.key}` },
    body: JSON.stringify(body),
  });
  assert.equal(response.status, 200);
  return { response, body };
}

test('without a key, and with a wrong one: 401', async () => {
  for (const authorization of ['', 'Bearer wrong', `Basic ${target.key}`, `Bearer ${target.key}x`]) {
    const { error } = refusalOf(await client.post(PATH, client.question({}), { authorization }), 401);
    assert.equal(error.type, 'authentication_error');
  }
});

test('a full queue is 429 with retry-after, whole and streamed, and never 503', async () => {
  const { response } = await begun();
  for (const stream of [false, true]) {
    const refusal = refusalOf(await client.post(PATH, client.question({ stream })), 429);
    assert.equal(refusal.error.type, 'rate_limit_error');
    assert.match(refusal.headers.get('retry-after') ?? '', /^[1-9][0-9]*$/);
    assert.notEqual(refusal.headers.get('x-should-retry'), 'false');
  }
  await response.text();
  await client.answer();
});

test('a caller who goes away makes room', async () => {
  const { response } = await begun();
  await response.body?.cancel();
  for (;;) {
    const reply = await client.post(PATH, client.question({}));
    if (reply.status === 200) break;
    refusalOf(reply, 429);
  }
});

test('a server that stops in the middle of an answer says so, and the stream has no finish_reason', async () => {
  const { response, body } = await begun();
  target.process.signal('SIGTERM');
  const stream = readChatStream({ headers: response.headers, text: await response.text() }, body);
  assert.equal(stream.failure?.status_code, 503);
  assert.equal(stream.choices[0]?.finishReason, undefined);
  assert.equal(await target.process.exited, 0);
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fold } from '../core/fold.ts';
import { UpstreamFailure } from './attempt.ts';
import { asking, assertFailed, chunk, HELLO, line, outcomes, world } from './call-target.test.support.ts';
import { callTarget } from './call-target.ts';
import { json, streaming } from './fake-upstream.test.support.ts';
import { collect, requestOf, targetOf } from './target.test.support.ts';

describe('a call of one target', () => {
  it('asks once, tells the events and one record, and keeps the connection', async () => {
    await using it = await world(streaming(HELLO));
    const answer = await fold(it.asked(undefined, requestOf({ temperature: 0.5 })));
    assert.equal(answer.choices[0]?.text, 'Hello');
    assert.equal(answer.start.id, 'chatcmpl-1');
    assert.equal(answer.start.model, 'their-model');
    assert.deepEqual(answer.usage, {
      promptTokens: 7,
      cachedTokens: 0,
      completionTokens: 2,
      reasoningTokens: 0,
    });
    const [record] = it.records;
    assert.deepEqual(outcomes(it), ['answered']);
    assert.equal(record?.status, 200);
    assert.deepEqual(record?.usage, answer.usage);
    assert.ok((record?.firstTokenMilliseconds ?? Number.NaN) <= (record?.milliseconds ?? 0));
    await fold(it.asked());
    assert.equal(it.upstream.connections, 1);
    assert.equal(it.upstream.requests.length, 2);
  });

  it('sends what was set and nothing else', async () => {
    await using it = await world(streaming(HELLO), {
      headers: {
        'X-Team': 'a',
        Host: 'elsewhere.example',
        'Transfer-Encoding': 'chunked',
        Authorization: 'Bearer theirs',
      },
    });
    await fold(
      it.asked(undefined, requestOf({ temperature: 0.5, user: 'u', store: true, metadata: { a: 'b' } })),
    );
    const [seen] = it.upstream.requests;
    assert.equal(seen?.path, '/v1/chat/completions');
    const { host, 'content-length': length, ...headers } = seen?.headers ?? {};
    assert.match(String(host), /^127\.0\.0\.1:/);
    assert.equal(Number(length), Buffer.byteLength(seen?.text ?? ''));
    assert.deepEqual(headers, {
      'content-type': 'application/json',
      accept: 'text/event-stream, application/json',
      'accept-encoding': 'identity',
      'user-agent': 'parley',
      'x-team': 'a',
      authorization: 'Bearer sk-test-key-of-this-target',
      connection: 'keep-alive',
    });
    assert.deepEqual(seen?.body, {
      model: 'the-model',
      stream: true,
      stream_options: { include_usage: true },
      messages: [{ role: 'user', content: 'Hello' }],
      temperature: 0.5,
      user: 'u',
    });
  });

  it('hands on a trace, and nothing that calls itself one', async () => {
    await using it = await world(streaming(HELLO));
    const target = targetOf('openai', { baseUrl: it.upstream.url });
    const trace = {
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      cookie: 'secret',
    };
    await fold(callTarget(it.transport)(target, requestOf(), { ...it.context, trace }));
    assert.equal(it.upstream.requests[0]?.headers.traceparent, trace.traceparent);
    assert.equal(it.upstream.requests[0]?.headers.cookie, undefined);
  });

  it('tells of changes with the first event, and not when it fails before', async () => {
    await using it = await world([json(500, {}), streaming(HELLO)]);
    it.report.add('top_a', 'ignored', "'top_a' is not a parameter of this server.");
    const request = requestOf({ max_tokens: 5 }, undefined, { top_a: 0.5 });
    await collect(it.asked(undefined, request));
    assert.deepEqual(
      it.report.entries.map(({ name, change }) => [name, change]),
      [['top_a', 'ignored']],
    );
    await collect(it.asked(undefined, request));
    assert.deepEqual(
      it.report.entries.map(({ name, change }) => [name, change]),
      [['max_tokens', 'translated']],
    );
    assert.equal(it.upstream.requests[1]?.body.top_a, 0.5);
    assert.equal(it.upstream.requests[1]?.body.max_completion_tokens, 5);
  });

  it('says of unknown fields that they were in vain where they were, even if another target took them', async () => {
    await using it = await world(streaming(HELLO));
    const request = requestOf({}, undefined, { top_a: 0.5 });
    await collect(it.asked(undefined, request));
    assert.deepEqual(it.report.entries, []);
    await collect(it.asked(targetOf('ollama', { baseUrl: it.upstream.url }), request));
    assert.deepEqual(
      it.report.entries.map(({ name, change }) => [name, change]),
      [['top_a', 'ignored']],
    );
  });

  it('does not ask for what the target refuses', async () => {
    await using it = await world(streaming(HELLO));
    const { error } = await collect(it.asked(undefined, requestOf({ top_k: 5 })));
    assertFailed(error, 'request');
    assert.equal(error.error.code, 'unsupported_parameter');
    assert.equal(error.error.param, 'top_k');
    assert.equal(it.upstream.requests.length, 0);
    assert.deepEqual(outcomes(it), ['request']);
  });

  it('makes no call that nobody reads', async () => {
    await using it = await world(streaming(HELLO));
    const iterator = it.asked()[Symbol.asyncIterator]();
    await iterator.return?.();
    assert.equal(it.upstream.requests.length, 0);
    assert.deepEqual(it.records, []);
  });
});

describe('a caller who goes', () => {
  it('in the middle closes the connection', async () => {
    await using it = await world(
      streaming(line({ ...chunk({ content: 'a' }), usage: { prompt_tokens: 3, completion_tokens: 1 } }), {
        do: 'stall',
      }),
    );
    const iterator = it.asked()[Symbol.asyncIterator]();
    while ((await iterator.next()).value?.type !== 'text-delta');
    const pending = iterator.next();
    it.abort.abort();
    await assert.rejects(pending, (error) => error instanceof UpstreamFailure && error.kind === 'cancelled');
    await it.upstream.idle();
    assert.deepEqual(outcomes(it), ['cancelled']);
    assert.equal(it.records[0]?.usage?.promptTokens, 3);
    assert.equal(it.transport.connections, 0);
  });

  it('closes it too when nobody asks for the next event', async () => {
    await using it = await world(streaming(line(chunk({ content: 'a' })), { do: 'stall' }));
    const iterator = it.asked()[Symbol.asyncIterator]();
    await iterator.next();
    it.abort.abort();
    await it.upstream.idle();
    assert.deepEqual(outcomes(it), ['cancelled']);
  });

  it('before the head closes it', async () => {
    await using it = await world([{ do: 'stall' }]);
    const result = collect(it.asked());
    await asking(it.upstream);
    it.abort.abort();
    assertFailed((await result).error, 'cancelled');
    await it.upstream.idle();
    assert.deepEqual(outcomes(it), ['cancelled']);
  });

  it('before the call makes none', async () => {
    await using it = await world(streaming(HELLO));
    it.abort.abort();
    assertFailed((await collect(it.asked())).error, 'cancelled');
    assert.equal(it.upstream.requests.length, 0);
    assert.deepEqual(outcomes(it), ['cancelled']);
  });

  it('by leaving the loop, or by a return while an event is waited for, closes it', async () => {
    await using it = await world(streaming(line(chunk({ content: 'a' })), { do: 'stall' }));
    for await (const event of it.asked()) if (event.type === 'text-delta') break;
    await it.upstream.idle();
    const iterator = it.asked()[Symbol.asyncIterator]();
    while ((await iterator.next()).value?.type !== 'text-delta');
    const pending = iterator.next();
    await Promise.all([assert.rejects(pending), iterator.return?.()]);
    await it.upstream.idle();
    assert.deepEqual(outcomes(it), ['cancelled', 'cancelled']);
    assert.equal(it.transport.connections, 0);
  });
});

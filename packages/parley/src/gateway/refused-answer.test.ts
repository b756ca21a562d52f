import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertFailed, HELLO, outcomes, world } from './call-target.test.support.ts';
import { FakeUpstream, json, streaming } from './fake-upstream.test.support.ts';
import { collect, targetOf } from './target.test.support.ts';

describe('answers that are none', () => {
  it('a redirect is not followed', async () => {
    await using other = await FakeUpstream.start(streaming(HELLO));
    await using it = await world(json(302, '', { location: `${other.url}/chat/completions` }));
    assertFailed((await collect(it.asked())).error, 'upstream');
    assert.equal(other.requests.length, 0);
    assert.equal(it.records[0]?.status, 302);
  });

  it('a page, an encoded body and an endless error are failures of the upstream', async () => {
    const page = [
      { do: 'head', headers: { 'content-type': 'text/html' } },
      { do: 'send', data: '<html>Hello</html>' },
      { do: 'end' },
    ] as const;
    const gzip = [
      { do: 'head', headers: { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' } },
      { do: 'stall' },
    ] as const;
    const endless = [
      { do: 'head', status: 500, headers: {} },
      { do: 'send', data: 'x'.repeat(70_000) },
      { do: 'stall' },
    ] as const;
    for (const script of [page, gzip, endless]) {
      await using it = await world(script);
      assertFailed((await collect(it.asked())).error, 'upstream');
      await it.upstream.idle();
    }
  });

  it('say when to come again', async () => {
    await using it = await world(
      json(429, { error: { message: 'slow down' } }, { 'retry-after': '2', 'x-request-id': 'req_7' }),
    );
    const { error } = await collect(it.asked());
    assertFailed(error, 'rate-limited');
    assert.equal(error.retryAfterMs, 2_000);
    assert.equal(error.error.retryAfterSeconds, 2);
    assert.equal(it.records[0]?.upstreamRequestId, 'req_7');
  });

  it('name no key, no header and no address of ours', async () => {
    const echo = 'bad: sk-test-key-of-this-target, very-secret-header, http://127.0.0.1';
    await using it = await world(json(422, { error: { message: echo } }), {
      headers: { 'x-extra': 'very-secret-header' },
    });
    const { error } = await collect(it.asked());
    assertFailed(error, 'request');
    assert.equal(error.error.status, 422);
    for (const text of [error.error.message, error.message, String(error.cause)]) {
      assert.doesNotMatch(text, /test-key|very-secret|127\.0\.0\.1/);
    }
  });

  it('a key that no header can carry is ours to mend', async () => {
    await using it = await world(streaming(HELLO), { apiKey: 'two\nlines' });
    const { error } = await collect(it.asked());
    assertFailed(error, 'credentials');
    assert.doesNotMatch(`${error.message} ${error.cause}`, /two|lines/);
    assert.equal(it.upstream.requests.length, 0);
  });

  it('no connection at all, and one that is reset before the head', async () => {
    await using it = await world([{ do: 'reset' }]);
    assertFailed((await collect(it.asked())).error, 'connection');
    const nobody = targetOf('openai', { baseUrl: 'http://127.0.0.1:1/v1' });
    const { error } = await collect(it.asked(nobody));
    assertFailed(error, 'connection');
    assert.equal(error.error.status, 502);
    assert.deepEqual(outcomes(it), ['connection', 'connection']);
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Client, refusalOf } from '../http/client.ts';

const breakAfter = (tokens: number) => ({
  logits_processors: [{ qualname: 'break', kwargs: { after: tokens } }],
  ignore_eos: true,
});

/** Answers that fail. Where nobody can make them fail, as on other servers, there is nothing to see. */
export function broken(client: Client): void {
  const options = { skip: !client.target.breakable && 'the server cannot be made to fail' };

  test(
    'a failure after the first byte is an event, and the stream has no finish_reason',
    options,
    async () => {
      const { failure, choices, comments } = await client.stream(breakAfter(5));
      assert.ok(failure, 'no failure came');
      assert.equal(failure.error.type, 'server_error');
      assert.equal(failure.status_code, 500);
      assert.ok(choices[0]?.content);
      assert.equal(choices[0].finishReason, undefined);
      assert.deepEqual(comments, []);
    },
  );

  test('a failure before it is a status', options, async () => {
    const reply = await client.post(
      '/v1/chat/completions',
      client.question({ stream: true, ...breakAfter(0) }),
    );
    assert.equal(refusalOf(reply, 500).error.type, 'server_error');
  });

  test('a whole answer that fails is a status', options, async () => {
    const reply = await client.post('/v1/chat/completions', client.question(breakAfter(5)));
    refusalOf(reply, 500);
  });

  test('a failure does not tell what went wrong inside', options, async () => {
    const { failure } = await client.stream(breakAfter(5));
    assert.ok(!JSON.stringify(failure).includes('broken on demand'));
  });

  test('neighbours of a failure are not harmed', options, async () => {
    const alone = await client.answer();
    const [, beside] = await Promise.all([client.stream(breakAfter(5)), client.answer()]);
    assert.deepEqual(beside.choices, alone.choices);
  });
}

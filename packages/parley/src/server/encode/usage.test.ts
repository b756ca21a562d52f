import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChatCompletionChunk } from '@parley/protocol';
import { chunks, content, script, whole } from '../chat-answers.test.support.ts';
import { end, start, tail, text } from '../fake-backend.test.support.ts';
import { TestServer } from '../test-server.test.support.ts';

test("without stream_options the last chunk with a choice carries usage and time_info, as Cerebras's clients expect", async () => {
  await using server = await TestServer.start();
  const all = await chunks(server);
  assert.deepEqual(
    all.map(({ choices }) => [choices[0]?.delta, choices[0]?.finish_reason]),
    [
      [{ role: 'assistant', content: '' }, null],
      [{ content: 'Hello' }, null],
      [{ content: ' world' }, null],
      [{}, 'stop'],
    ],
  );
  assert.deepEqual(
    all.map((chunk) => ['usage' in chunk, 'time_info' in chunk]),
    [
      [false, false],
      [false, false],
      [false, false],
      [true, true],
    ],
  );
  const same = (chunk: ChatCompletionChunk) => [
    chunk.id,
    chunk.created,
    chunk.model,
    chunk.system_fingerprint,
  ];
  for (const chunk of all) assert.deepEqual(same(chunk), same(all[0] as ChatCompletionChunk));
});

test('include_usage: true makes usage null on every chunk but a last one without choices', async () => {
  await using server = await TestServer.start();
  const all = await chunks(server, { stream_options: { include_usage: true } });
  const last = all.pop();
  assert.deepEqual(last?.choices, []);
  assert.equal(last?.usage?.completion_tokens, 3);
  assert.equal(last?.time_info?.total_time, 1.75);
  assert.ok(all.length === 4 && all.every(({ usage }) => usage === null));
});

test('include_usage: false leaves usage out, not time_info', async () => {
  await using server = await TestServer.start();
  const all = await chunks(server, { stream_options: { include_usage: false } });
  assert.ok(all.every((chunk) => !('usage' in chunk)));
  assert.ok(all.at(-1)?.time_info);
});

test('continuous_usage_stats: completion tokens rise from chunk to chunk, also when the limit ended the answer', async () => {
  await using server = await TestServer.start();
  server.backend.script = async function* (_request, context) {
    yield start(context);
    yield {
      type: 'usage',
      final: false,
      usage: { promptTokens: 5, cachedTokens: 0, completionTokens: 0, reasoningTokens: 0 },
    };
    for (const each of ['a', 'b', 'c']) yield text(each);
    yield end(0, 'length', 0);
    yield* tail(3);
  };
  const options = { include_usage: true, continuous_usage_stats: true };
  const all = await chunks(server, { stream_options: options });
  const counts = all.map(({ usage }) => usage?.completion_tokens);
  assert.deepEqual(counts, [0, 0, 1, 2, 3, 3]);
  assert.deepEqual(all.at(-1)?.choices, []);
  assert.ok(all.every(({ usage }) => usage?.prompt_tokens === 5));
});

test('several choices: a role and an end each, usage only on the last chunk', async () => {
  await using server = await TestServer.start();
  server.backend.script = script(
    text('a', 1),
    text('b', 0),
    end(1, 'length'),
    text('c', 0),
    end(0),
    ...tail(5),
  );
  const all = await chunks(server, { n: 2 });
  for (const index of [0, 1]) {
    const own = all.flatMap(({ choices }) => choices.filter((choice) => choice.index === index));
    assert.equal(own[0]?.delta.role, 'assistant');
    assert.equal(own.filter(({ delta }) => delta.role).length, 1);
    assert.equal(own.filter((choice) => choice.finish_reason !== null).length, 1);
    assert.deepEqual(own.at(-1)?.delta, {});
  }
  assert.deepEqual(
    all.map((chunk) => 'usage' in chunk),
    [false, false, false, false, false, false, true],
  );
  assert.equal(content(all, 0), 'bc');
  const body = await whole(server, { n: 2 });
  assert.deepEqual(
    body.choices.map(({ index, message, finish_reason }) => [index, message.content, finish_reason]),
    [
      [0, 'bc', 'stop'],
      [1, 'a', 'length'],
    ],
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Client, chatCompletionOf, refusalOf } from '../http/client.ts';
import { gatherWhole, withoutIds } from '../http/gather.ts';
import { ADD, ASK_WEATHER, TICKET, WEATHER } from './tools.ts';

/** Requests of which the streamed answer and the whole one must be the same. */
const SAME = {
  'greedy text': {},
  'one seed, several choices': { temperature: 1.3, seed: 11, n: 3 },
  'log probabilities and token ids': { logprobs: true, top_logprobs: 3, return_token_ids: true, n: 2 },
  'text to a stop string': { stop: ['help'], include_stop_str_in_output: true },
  'a call': { ...ASK_WEATHER, tools: [WEATHER, ADD], tool_choice: 'required' },
  'a call that is cut': {
    ...ASK_WEATHER,
    tools: [WEATHER],
    tool_choice: 'required',
    max_completion_tokens: 6,
  },
  'a call of a custom tool': { ...ASK_WEATHER, tools: [TICKET], tool_choice: 'required' },
  'text of a form': { response_format: { type: 'json_object' }, max_completion_tokens: 60 },
};

/** Every stream of the client keeps the rules of stream-rules.ts and usage-rules.ts; here are the streams to be had. */
export function streaming(client: Client): void {
  // It takes seconds, in which the other tests run.
  const slowFirstToken = client.stream({}, { 'x-delay-time': '5.5' });
  slowFirstToken.catch(() => undefined);

  for (const [name, fields] of Object.entries(SAME)) {
    test(`streamed and whole are the same: ${name}`, async () => {
      const [whole, { choices, chunks }] = await Promise.all([client.answer(fields), client.stream(fields)]);
      assert.deepEqual(withoutIds(choices), withoutIds(gatherWhole(whole)));
      assert.equal(chunks.at(-1)?.usage?.completion_tokens, whole.usage.completion_tokens);
      assert.equal(chunks.at(-1)?.usage?.prompt_tokens, whole.usage.prompt_tokens);
    });
  }

  test('text comes in pieces', async () => {
    const { chunks, choices } = await client.stream();
    assert.ok(chunks.length > 4);
    assert.ok(choices[0]?.content);
  });

  test('an empty answer has its role and its end', async () => {
    const [first = ''] = (await client.answer()).choices[0]?.message.content ?? '';
    const { choices } = await client.stream({ stop: first });
    assert.deepEqual([choices[0]?.content, choices[0]?.finishReason], ['', 'stop']);
  });

  test('a call that the limit cuts off ends with length', async () => {
    const cut = { ...ASK_WEATHER, tools: [WEATHER], tool_choice: 'required', max_completion_tokens: 6 };
    assert.equal((await client.stream(cut)).choices[0]?.finishReason, 'length');
    assert.equal((await client.answer(cut)).choices[0]?.finish_reason, 'length');
  });

  test('usage: at the end, on every chunk, or not at all', async () => {
    // What must be where is checked for every stream.
    const options = [
      undefined,
      {},
      { include_usage: true },
      { include_usage: false },
      { continuous_usage_stats: true },
      { include_usage: true, continuous_usage_stats: true },
      { include_usage: false, continuous_usage_stats: true },
    ];
    for (const stream_options of options) {
      await client.stream({ stream_options });
      await client.stream({ stream_options, n: 2, temperature: 1 });
    }
  });

  test('padding hides the length of a token', async () => {
    const { chunks } = await client.stream({ stream_options: { include_obfuscation: true } });
    assert.ok(chunks.every(({ obfuscation }) => obfuscation));
  });

  test('stream_options without a stream', async () => {
    for (const stream of [false, undefined]) {
      const { error } = await client.refusal({ stream, stream_options: { include_usage: true } });
      assert.equal(error.param, 'stream_options');
    }
  });

  test('the body decides, not the accept header', async () => {
    const { headers } = await client.stream({}, { accept: 'application/json' });
    assert.match(headers.get('cache-control') ?? '', /no-cache/);
    await client.answer({}, { accept: 'text/event-stream' });
    await client.answer({ stream: false }, { accept: 'text/event-stream' });
    await client.answer({ stream: null });
  });

  test('a request that is wrong gets a status, also when it asks for a stream', async () => {
    const reply = await client.post(
      '/v1/chat/completions',
      client.question({ stream: true, temperature: 9 }),
    );
    assert.equal(refusalOf(reply).error.param, 'temperature');
  });

  test('comments while the first token is awaited', async () => {
    const { comments, choices } = await slowFirstToken;
    assert.ok(comments.length > 0);
    const whole = chatCompletionOf(await client.post('/v1/chat/completions', client.question({})));
    assert.equal(choices[0]?.content, whole.choices[0]?.message.content);
  });
}

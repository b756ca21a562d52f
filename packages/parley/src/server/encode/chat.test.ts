import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChatEvent, PromptToken } from '../../core/event.ts';
import { chunks, content, script, whole } from '../chat-answers.test.support.ts';
import { end, says, start, tail, text } from '../fake-backend.test.support.ts';
import { readEvents, TestServer } from '../test-server.test.support.ts';

test('a whole answer has every field, in the documented order', async () => {
  await using server = await TestServer.start({ newId: () => '00000000-0000-4000-8000-000000000000' });
  const body = await whole(server);
  assert.deepEqual(Object.keys(body), [
    'id',
    'choices',
    'created',
    'model',
    'system_fingerprint',
    'object',
    'usage',
    'time_info',
  ]);
  assert.equal(body.id, 'chatcmpl-00000000-0000-4000-8000-000000000000');
  assert.deepEqual(body.choices, [
    {
      index: 0,
      message: { role: 'assistant', content: 'Hello world', refusal: null },
      finish_reason: 'stop',
      logprobs: null,
      stop_reason: null,
    },
  ]);
  assert.deepEqual(body.usage, {
    prompt_tokens: 5,
    completion_tokens: 3,
    total_tokens: 8,
    prompt_tokens_details: { cached_tokens: 2 },
    completion_tokens_details: { reasoning_tokens: 0 },
  });
  assert.deepEqual(body.time_info, {
    queue_time: 0.5,
    prompt_time: 0.25,
    completion_time: 1,
    total_time: 1.75,
    created: body.created,
  });
});

test('an empty answer still has a role and an end', async () => {
  await using server = await TestServer.start();
  server.backend.script = script(end(), ...tail(1));
  const all = await chunks(server);
  assert.deepEqual(
    all.map(({ choices }) => choices[0]?.delta),
    [{ role: 'assistant', content: '' }, {}],
  );
  assert.equal((await whole(server)).choices[0]?.message.content, '');
});

test('echo comes before the answer, streamed and whole alike', async () => {
  await using server = await TestServer.start();
  server.backend.script = async function* (_request, context) {
    yield start(context, { echo: 'Once ' });
    yield text('upon');
    yield end();
    yield* tail(2);
  };
  assert.equal(content(await chunks(server, { echo: true })), 'Once upon');
  assert.equal((await whole(server, { echo: true })).choices[0]?.message.content, 'Once upon');
});

test('ids and log probabilities of the prompt: at the top of the answer, or of the first chunk alone', async () => {
  await using server = await TestServer.start();
  const prompt: PromptToken[] = [
    { id: 9, bytes: Buffer.from('<s>'), top: [] },
    {
      id: 5,
      bytes: Buffer.from('a'),
      logprob: -1,
      rank: 3,
      top: [{ id: 6, bytes: Buffer.from('b'), logprob: -0.5 }],
    },
  ];
  server.backend.script = async function* (_request, context) {
    yield start(context, { promptTokenIds: [9, 5], promptLogprobs: prompt });
    yield { type: 'reasoning-delta', choice: 0, text: 'Hm', tokenCount: 1, tokenIds: [1] };
    yield { type: 'text-delta', choice: 1, text: 'x', tokenCount: 2, tokenIds: [2, 3] };
    yield {
      type: 'tool-call-start',
      choice: 0,
      index: 0,
      id: 'c',
      kind: 'function',
      name: 'f',
      tokenCount: 1,
      tokenIds: [4],
    };
    yield { type: 'tool-call-delta', choice: 0, index: 0, arguments: '{}', tokenCount: 1, tokenIds: [5] };
    yield { type: 'choice-end', choice: 0, reason: 'tool_calls', tokenCount: 1, tokenIds: [6] };
    yield { type: 'choice-end', choice: 1, reason: 'stop', tokenCount: 0, tokenIds: [] };
    yield* tail(6);
  };
  const expected = {
    prompt_token_ids: [9, 5],
    prompt_logprobs: [
      null,
      { 5: { logprob: -1, rank: 3, decoded_token: 'a' }, 6: { logprob: -0.5, rank: 1, decoded_token: 'b' } },
    ],
  };
  const body = await whole(server, { n: 2 });
  assert.deepEqual({ ...body, ...expected }, body);
  assert.deepEqual(
    body.choices.map((choice) => choice.token_ids),
    [
      [1, 4, 5, 6],
      [2, 3],
    ],
  );
  const [first, ...others] = await chunks(server, { n: 2 });
  assert.deepEqual({ ...first, ...expected }, first);
  assert.equal(first?.choices[0]?.delta.role, 'assistant');
  assert.ok(others.every((chunk) => !('prompt_token_ids' in chunk) && !('prompt_logprobs' in chunk)));
  for (const [index, choice] of body.choices.entries()) {
    const own = others.flatMap(({ choices }) => choices.filter((each) => each.index === index));
    assert.deepEqual(
      own.flatMap((each) => each.token_ids ?? []),
      choice.token_ids,
    );
  }
});

test('echo with log probabilities has those of its tokens, except the very first of the prompt', async () => {
  await using server = await TestServer.start();
  const echoTokens: PromptToken[] = [
    { id: 4, bytes: Buffer.from('On'), top: [] },
    { id: 5, bytes: Buffer.from('ce '), logprob: -1, rank: 1, top: [] },
  ];
  const own = { id: 1, bytes: Buffer.from('upon'), logprob: -2, top: [] };
  server.backend.script = async function* (_request, context) {
    yield start(context, { echo: 'Once ', echoTokens });
    yield { type: 'text-delta', choice: 0, text: 'upon', tokenCount: 1, tokens: [own] };
    yield end();
    yield* tail(2);
  };
  const parameters = { echo: true, logprobs: true };
  const content = (await whole(server, parameters)).choices[0]?.logprobs?.content ?? [];
  assert.deepEqual(
    content.map(({ token, logprob }) => [token, logprob]),
    [
      ['ce ', -1],
      ['upon', -2],
    ],
  );
  const streamed = await chunks(server, parameters);
  assert.deepEqual(
    streamed.flatMap(({ choices }) => choices[0]?.logprobs?.content ?? []),
    content,
  );
});

test('log probabilities: bytes, candidates, minus infinity, token ids', async () => {
  await using server = await TestServer.start();
  const token = { id: 7, bytes: Uint8Array.of(0xc3), logprob: -0.5 };
  const top = [token, { id: 8, bytes: Uint8Array.of(65), logprob: Number.NEGATIVE_INFINITY }];
  const delta = {
    type: 'text-delta',
    choice: 0,
    text: 'é',
    tokenCount: 1,
    tokens: [{ ...token, top }],
  } as const;
  server.backend.script = script(delta, end(), ...tail(2));
  const expected = {
    token: '\uFFFD',
    logprob: -0.5,
    bytes: [0xc3],
    top_logprobs: [
      { token: '\uFFFD', logprob: -0.5, bytes: [0xc3] },
      { token: 'A', logprob: -9999, bytes: [65] },
    ],
  };
  const parameters = { logprobs: true, top_logprobs: 2 };
  const streamed = await chunks(server, parameters);
  assert.deepEqual(streamed[1]?.choices[0]?.logprobs, { content: [expected], refusal: null });
  assert.deepEqual((await whole(server, parameters)).choices[0]?.logprobs, {
    content: [expected],
    refusal: null,
  });
  const asIds = await whole(server, { ...parameters, return_tokens_as_token_ids: true });
  const entry = asIds.choices[0]?.logprobs?.content?.[0];
  assert.deepEqual([entry?.token, entry?.top_logprobs[1]?.token], ['token_id:7', 'token_id:8']);
});

test('reasoning has both names and never shares a chunk with content; stop_reason tells the stop', async () => {
  await using server = await TestServer.start();
  const reasoning = { type: 'reasoning-delta', choice: 0, text: 'Hm.', tokenCount: 1 } as const;
  const stopped = { type: 'choice-end', choice: 0, reason: 'stop', stop: 'END', tokenCount: 1 } as const;
  server.backend.script = script(reasoning, text('Yes'), stopped, ...tail(3));
  const all = await chunks(server);
  assert.deepEqual(all[1]?.choices[0]?.delta, { reasoning: 'Hm.', reasoning_content: 'Hm.' });
  assert.equal(all.at(-1)?.choices[0]?.stop_reason, 'END');
  const { message, stop_reason } = (await whole(server)).choices[0] ?? {};
  assert.deepEqual([message?.reasoning, message?.reasoning_content, stop_reason], ['Hm.', 'Hm.', 'END']);
});

test('tool calls: function and custom, interleaved', async () => {
  await using server = await TestServer.start();
  const call = (index: number, kind: 'function' | 'custom'): ChatEvent => ({
    type: 'tool-call-start',
    choice: 0,
    index,
    id: `c${index}`,
    kind,
    name: `t${index}`,
    tokenCount: 1,
  });
  const delta = (index: number, value: string): ChatEvent => ({
    type: 'tool-call-delta',
    choice: 0,
    index,
    arguments: value,
    tokenCount: 1,
  });
  server.backend.script = script(
    call(0, 'function'),
    call(1, 'custom'),
    delta(1, 'x'),
    delta(0, '{}'),
    end(0, 'tool_calls'),
    ...tail(4),
  );
  const all = await chunks(server);
  assert.deepEqual(
    all.flatMap(({ choices }) => choices[0]?.delta.tool_calls ?? []),
    [
      { index: 0, id: 'c0', type: 'function', function: { name: 't0', arguments: '' } },
      { index: 1, id: 'c1', type: 'custom', custom: { name: 't1', input: '' } },
      { index: 1, custom: { input: 'x' } },
      { index: 0, function: { arguments: '{}' } },
    ],
  );
  const { message, finish_reason } = (await whole(server)).choices[0] ?? {};
  assert.equal(finish_reason, 'tool_calls');
  assert.equal(message?.content, null);
  assert.deepEqual(message?.tool_calls, [
    { id: 'c0', type: 'function', function: { name: 't0', arguments: '{}' } },
    { id: 'c1', type: 'custom', custom: { name: 't1', input: 'x' } },
  ]);
});

test('texts that JSON must escape, and characters outside the basic plane, arrive unharmed', async () => {
  await using server = await TestServer.start();
  const texts = ['"\\\n\u2028', '😀é', '\ud800', 'data: x\n\n'];
  server.backend.script = says(...texts);
  assert.equal(content(await chunks(server)), texts.join(''));
});

test('service_tier is answered when asked for; obfuscation pads chunks to a step', async () => {
  await using server = await TestServer.start();
  assert.equal((await whole(server, { service_tier: 'auto' })).service_tier, 'default');
  assert.ok(!('service_tier' in (await whole(server))));
  server.backend.script = says('a', 'abcdef');
  const events = await readEvents(
    await server.chat({ stream: true, stream_options: { include_obfuscation: true } }),
  );
  assert.equal(events[1]?.length, events[2]?.length);
});

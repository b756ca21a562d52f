import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Completion, CompletionChunk } from '@parley/protocol';
import { Compile } from 'typebox/compile';
import { end, start, tail, text } from '../fake-backend.test.support.ts';
import { readEvents, TestServer } from '../test-server.test.support.ts';

const wholeSchema = Compile(Completion);
const chunkSchema = Compile(CompletionChunk);
const path = '/v1/completions';

async function whole(server: TestServer, body: object): Promise<Completion> {
  const response = await server.post(path, body);
  assert.equal(response.status, 200);
  return wholeSchema.Parse(await response.json());
}

async function streamed(server: TestServer, body: object): Promise<CompletionChunk[]> {
  const events = await readEvents(await server.post(path, { stream: true, ...body }));
  assert.equal(events.pop(), '[DONE]');
  return events.map((data) => chunkSchema.Parse(JSON.parse(data)));
}

const textOf = (chunks: CompletionChunk[], index: number) =>
  chunks
    .flatMap(({ choices }) => choices.filter((choice) => choice.index === index).map((choice) => choice.text))
    .join('');

test('text in, text out; sixteen tokens when no limit is given', async () => {
  await using server = await TestServer.start();
  const body = await whole(server, { prompt: 'Once' });
  assert.match(body.id, /^cmpl-/);
  assert.deepEqual(body.choices, [
    { index: 0, text: 'Hello world', logprobs: null, finish_reason: 'stop', stop_reason: null },
  ]);
  assert.equal(body.usage.completion_tokens, 3);
  const { request } = server.backend.calls[0] ?? {};
  assert.deepEqual(request?.input, { kind: 'text', text: 'Once' });
  assert.equal(request?.parameters.max_tokens, 16);
});

test('streamed as it is whole, usage by both habits', async () => {
  await using server = await TestServer.start();
  const chunks = await streamed(server, { prompt: 'Once' });
  assert.equal(textOf(chunks, 0), 'Hello world');
  assert.equal(chunks.at(-1)?.choices[0]?.finish_reason, 'stop');
  assert.equal(chunks.at(-1)?.usage?.completion_tokens, 3);
  const asked = await streamed(server, { prompt: 'Once', stream_options: { include_usage: true } });
  assert.deepEqual(asked.at(-1)?.choices, []);
  assert.ok(asked.slice(0, -1).every(({ usage }) => usage === null));
});

test('several prompts, of text or tokens, are several calls with choices numbered through', async () => {
  await using server = await TestServer.start({ limits: { concurrentPrompts: 2 } });
  let most = 0;
  server.backend.script = async function* ({ input }, context) {
    most = Math.max(most, server.backend.running);
    await new Promise(setImmediate);
    yield start(context);
    for (const choice of [1, 0]) yield text(input.kind === 'text' ? `${input.text}${choice}` : 'x', choice);
    yield end(0);
    yield end(1);
    yield* tail(4);
  };
  const body = await whole(server, { prompt: ['a', 'b', 'c'], n: 2, echo: true, request_id: 'r' });
  assert.deepEqual(
    body.choices.map(({ index, text: value }) => [index, value]),
    [
      [0, 'aa0'],
      [1, 'aa1'],
      [2, 'bb0'],
      [3, 'bb1'],
      [4, 'cc0'],
      [5, 'cc1'],
    ],
  );
  assert.equal(most, 2);
  assert.deepEqual([body.id, body.usage.prompt_tokens, body.usage.completion_tokens], ['r', 15, 12]);
  const chunks = await streamed(server, { prompt: ['a', 'b', 'c'], n: 2, echo: true });
  assert.equal(textOf(chunks, 4), 'cc0');
  const tokens = await whole(server, { prompt: [[72], [73, 74]], n: 2, echo: true });
  assert.deepEqual(
    tokens.choices.map((choice) => choice.text),
    ['Hx', 'Hx', 'IJx', 'IJx'],
  );
});

test('when one prompt fails, the call fails and the others end', async () => {
  await using server = await TestServer.start();
  server.backend.script = async function* ({ input }, context) {
    yield start(context);
    if (input.kind === 'text' && input.text === 'bad') throw new Error('bad');
    for (;;) {
      yield text('x');
      await new Promise(setImmediate);
    }
  };
  assert.equal((await server.post(path, { prompt: ['good', 'bad'] })).status, 500);
  await server.backend.untilRunning(0);
});

test('log probabilities are parallel lists with offsets into the text', async () => {
  await using server = await TestServer.start();
  const token = (value: string) => {
    const own = { id: 1, bytes: new TextEncoder().encode(value), logprob: -1 };
    return { ...own, top: [own] };
  };
  server.backend.script = async function* (_request, context) {
    yield start(context);
    for (const value of ['Hé', 'y', '😀', '!'])
      yield { ...text(value), tokens: [token(value)] } as ReturnType<typeof text>;
    yield end();
    yield* tail(5);
  };
  const expected = [0, 2, 3, 5];
  const logprobs = (await whole(server, { prompt: 'x', logprobs: 1 })).choices[0]?.logprobs;
  assert.deepEqual(logprobs?.tokens, ['Hé', 'y', '😀', '!']);
  assert.deepEqual(logprobs?.text_offset, expected);
  assert.deepEqual(logprobs?.top_logprobs?.[1], { y: -1 });
  const chunks = await streamed(server, { prompt: 'x', logprobs: 1 });
  assert.deepEqual(
    chunks.flatMap(({ choices }) => choices[0]?.logprobs?.text_offset ?? []),
    expected,
  );
  assert.deepEqual(
    [
      server.backend.calls[0]?.request.parameters.logprobs,
      server.backend.calls[0]?.request.parameters.top_logprobs,
    ],
    [true, 1],
  );
});

test('what is not done is a 400 that names it', async () => {
  await using server = await TestServer.start();
  for (const [parameters, name] of [
    [{ suffix: 'end' }, 'suffix'],
    [{ best_of: 3, n: 2 }, 'best_of'],
    [{ echo: true, logprobs: 1 }, 'echo'],
    [{ prompt: Array.from({ length: 129 }, () => 'x') }, 'prompt'],
  ] as const) {
    const response = await server.post(path, { prompt: 'x', ...parameters });
    const { error } = (await response.json()) as { error: { param: string } };
    assert.deepEqual([response.status, error.param], [400, name]);
  }
  assert.equal(server.backend.calls.length, 0);
  await whole(server, { prompt: 'x', best_of: 1, suffix: null });
});

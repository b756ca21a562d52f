import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Completion, CompletionChunk } from '@parley/protocol';
import { Compile } from 'typebox/compile';
import type { ChatRequest } from '../../core/complete.ts';
import type { PromptToken } from '../../core/event.ts';
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

const promptText = (input: ChatRequest['input']) => (input.kind === 'text' ? input.text : '');

test('several prompts, of text or tokens, are several calls with choices numbered through', async () => {
  await using server = await TestServer.start({ limits: { concurrentPrompts: 2 } });
  let most = 0;
  server.backend.script = async function* ({ input, parameters }, context) {
    most = Math.max(most, server.backend.running);
    await new Promise(setImmediate);
    const echo = input.kind === 'tokens' ? String.fromCharCode(...input.tokens) : promptText(input);
    yield start(context, parameters.echo ? { echo } : {});
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

/** Of the prompt 'Hé!', whose first token is one that the tokenizer adds. */
const PROMPT_TOKENS: PromptToken[] = [
  { id: 256, bytes: Buffer.from('<s>'), top: [] },
  {
    id: 5,
    bytes: Buffer.from('Hé'),
    logprob: -1,
    rank: 2,
    top: [{ id: 6, bytes: Buffer.from('H'), logprob: -0.5 }],
  },
  {
    id: 7,
    bytes: Buffer.from('!'),
    logprob: -Infinity,
    rank: 9,
    top: [{ id: 8, bytes: Buffer.from('?'), logprob: 0 }],
  },
];
const PROMPT_LOGPROBS = [
  null,
  { 5: { logprob: -1, rank: 2, decoded_token: 'Hé' }, 6: { logprob: -0.5, rank: 1, decoded_token: 'H' } },
  { 7: { logprob: -9999, rank: 9, decoded_token: '!' }, 8: { logprob: 0, rank: 1, decoded_token: '?' } },
];

function scoring(server: TestServer): void {
  server.backend.script = async function* (_request, context) {
    yield start(context, {
      echo: 'Hé!',
      echoTokens: PROMPT_TOKENS,
      promptTokenIds: PROMPT_TOKENS.map(({ id }) => id),
      promptLogprobs: PROMPT_TOKENS,
    });
    const own = { id: 1, bytes: Buffer.from('ok'), logprob: -2 };
    yield {
      type: 'text-delta',
      choice: 0,
      text: 'ok',
      tokenCount: 1,
      tokens: [{ ...own, top: [own] }],
      tokenIds: [1],
    };
    yield { type: 'choice-end', choice: 0, reason: 'length', tokenCount: 1, tokenIds: [2] };
    yield* tail(2);
  };
}

const SCORED = {
  tokens: ['<s>', 'Hé', '!', 'ok'],
  token_logprobs: [null, -1, -9999, -2],
  top_logprobs: [null, { H: -0.5 }, { '?': 0 }, { ok: -2 }],
  text_offset: [0, 0, 2, 3],
};

test('echo with logprobs scores the prompt; its ids and log probabilities stand with the choice', async () => {
  await using server = await TestServer.start();
  scoring(server);
  const [choice] = (await whole(server, { prompt: 'Hé!', echo: true, logprobs: 1 })).choices;
  assert.deepEqual(choice?.logprobs, SCORED);
  assert.equal(choice?.text, 'Hé!ok');
  assert.deepEqual(choice?.prompt_token_ids, [256, 5, 7]);
  assert.deepEqual(choice?.prompt_logprobs, PROMPT_LOGPROBS);
  assert.deepEqual(choice?.token_ids, [1, 2]);
  const { parameters } = server.backend.calls[0]?.request ?? {};
  assert.deepEqual([parameters?.echo, parameters?.logprobs, parameters?.top_logprobs], [true, true, 1]);
  const plain = await whole(server, { prompt: 'Hé!', logprobs: 0, return_tokens_as_token_ids: true });
  assert.deepEqual(plain.choices[0]?.logprobs?.tokens, [
    'token_id:256',
    'token_id:5',
    'token_id:7',
    'token_id:1',
  ]);
});

test('streamed, each choice begins with what is told of its prompt, log probabilities once', async () => {
  await using server = await TestServer.start();
  scoring(server);
  const chunks = await streamed(server, { prompt: ['Hé!', 'Hé!'], echo: true, logprobs: 1 });
  for (const index of [0, 1]) {
    const own = chunks.flatMap(({ choices }) => choices.filter((choice) => choice.index === index));
    const [first, ...others] = own;
    assert.deepEqual([first?.text, first?.prompt_token_ids], ['Hé!', [256, 5, 7]]);
    assert.deepEqual(first?.prompt_logprobs, PROMPT_LOGPROBS);
    assert.ok(
      others.every((each) => each.prompt_token_ids === undefined && each.prompt_logprobs === undefined),
    );
    const lists = own.flatMap(({ logprobs }) => logprobs ?? []);
    for (const name of ['tokens', 'token_logprobs', 'top_logprobs', 'text_offset'] as const) {
      assert.deepEqual(
        lists.flatMap<unknown>((each) => each[name] ?? []),
        SCORED[name],
      );
    }
    assert.deepEqual(
      own.flatMap((each) => each.token_ids ?? []),
      [1, 2],
    );
  }
  assert.ok(chunks.every((chunk) => chunk.prompt_token_ids === undefined));
});

test('max_tokens 0 reads the prompt and says nothing', async () => {
  await using server = await TestServer.start();
  server.backend.script = async function* (_request, context) {
    yield start(context, { echo: 'Hé!', echoTokens: PROMPT_TOKENS });
    yield end(0, 'length', 0);
    yield* tail(0);
  };
  const body = { prompt: 'Hé!', echo: true, logprobs: 1, max_tokens: 0 };
  const [choice] = (await whole(server, body)).choices;
  assert.deepEqual([choice?.text, choice?.logprobs?.text_offset], ['Hé!', [0, 0, 2]]);
  assert.equal(server.backend.calls[0]?.request.parameters.max_tokens, 0);
  assert.equal(textOf(await streamed(server, body), 0), 'Hé!');
});

test('what is not done is a 400 that names it', async () => {
  await using server = await TestServer.start();
  for (const [parameters, name] of [
    [{ suffix: 'end' }, 'suffix'],
    [{ best_of: 3, n: 2 }, 'best_of'],
    [{ max_tokens: -1 }, 'max_tokens'],
    [{ truncate_prompt_tokens: 0 }, 'truncate_prompt_tokens'],
    [{ prompt_logprobs: -1 }, 'prompt_logprobs'],
    [{ prompt_logprobs: 21 }, 'prompt_logprobs'],
    [{ prompt: Array.from({ length: 129 }, () => 'x') }, 'prompt'],
  ] as const) {
    const response = await server.post(path, { prompt: 'x', ...parameters });
    const { error } = (await response.json()) as { error: { param: string } };
    assert.deepEqual([response.status, error.param], [400, name]);
  }
  assert.equal(server.backend.calls.length, 0);
  await whole(server, { prompt: 'x', best_of: 1, suffix: null });
});

/** Prompts and answers token by token, through the public door with the model that ships. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CliProcess } from './cli-process.ts';

const PROCESSORS = fileURLToPath(new URL('./processors.fixture.ts', import.meta.url));
const END = 4089;

let server: CliProcess;
let url = '';
before(async () => {
  server = new CliProcess(['serve', '--port', '0', '--parallel', '4', '--logits-processors', PROCESSORS]);
  url = await server.url();
});
after(() => server[Symbol.asyncDispose]());

async function post(path: string, body: object): Promise<Response> {
  return await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

async function ask(path: string, body: object) {
  const response = await post(path, body);
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return { ...JSON.parse(text), headers: response.headers };
}

const chat = (body: object) => ask('/v1/chat/completions', { messages: MESSAGES, ...body });
const complete = (body: object) => ask('/v1/completions', body);

async function chunksOf(path: string, body: object) {
  const text = await (await post(path, { ...body, stream: true })).text();
  const lines = text.split('\n').filter((line) => line.startsWith('data: {'));
  return lines.map((line) => JSON.parse(line.slice(6)));
}

async function refusal(
  path: string,
  body: object,
): Promise<{ status: number; param: string; message: string }> {
  const response = await post(path, { messages: MESSAGES, ...body });
  return { ...JSON.parse(await response.text()).error, status: response.status };
}

const detokenize = async (tokens: number[]): Promise<string> => (await ask('/detokenize', { tokens })).prompt;
const tokenize = async (body: object): Promise<number[]> => (await ask('/tokenize', body)).tokens;

const MESSAGES = [{ role: 'user', content: 'Tell me about a cat named Tom.' }];
const STORY = 'Once upon a time, there was a little girl named Lily. She loved to play outside in the park.';

test('tokens in, tokens out: the ids of prompt and answer are those of the tokenizer and the text', async () => {
  const body = {
    seed: 4,
    temperature: 1,
    max_tokens: 400,
    return_token_ids: true,
    skip_special_tokens: false,
  };
  const answer = await chat(body);
  assert.deepEqual(answer.prompt_token_ids, await tokenize({ messages: MESSAGES }));
  const [choice] = answer.choices;
  assert.equal(choice.finish_reason, 'stop');
  assert.equal(choice.token_ids.length, answer.usage.completion_tokens);
  assert.equal(choice.token_ids.at(-1), END);
  assert.equal(await detokenize(choice.token_ids.slice(0, -1)), choice.message.content);
  const again = await complete({
    ...body,
    prompt: answer.prompt_token_ids,
    max_tokens: choice.token_ids.length,
  });
  assert.deepEqual(again.choices[0].token_ids, choice.token_ids);
  assert.deepEqual(again.choices[0].prompt_token_ids, answer.prompt_token_ids);
  assert.equal(again.prompt_token_ids, undefined);
});

test('streamed: the ids of the prompt in the first chunk alone, and those of each delta', async () => {
  const body = { messages: MESSAGES, seed: 4, temperature: 1, max_tokens: 30, n: 2, return_token_ids: true };
  const whole = await chat(body);
  const [first, ...others] = await chunksOf('/v1/chat/completions', body);
  assert.deepEqual(first.prompt_token_ids, whole.prompt_token_ids);
  assert.ok(others.every((chunk) => !('prompt_token_ids' in chunk)));
  for (const { index, token_ids } of whole.choices) {
    const own = others.flatMap(({ choices }) =>
      choices.filter((each: { index: number }) => each.index === index),
    );
    assert.deepEqual(
      own.flatMap((each) => each.token_ids ?? []),
      token_ids,
    );
  }
  const without = await chat({ ...body, return_token_ids: false });
  assert.ok(!('prompt_token_ids' in without) && !('token_ids' in without.choices[0]));
});

test('tokens of a stop string, and of text that is not shown, are among the ids', async () => {
  const body = { prompt: STORY, temperature: 0, max_tokens: 30, return_token_ids: true };
  const { text, token_ids: all } = (await complete(body)).choices[0];
  const stop = text.slice(10, 14);
  const [stopped] = (await complete({ ...body, stop })).choices;
  assert.equal(stopped.text, text.slice(0, text.indexOf(stop)));
  assert.deepEqual(stopped.token_ids, all.slice(0, stopped.token_ids.length));
  assert.ok((await detokenize(stopped.token_ids)).includes(stop));
});

test('return_tokens_as_token_ids writes ids, and without log probabilities it is reported', async () => {
  const body = { temperature: 0, max_tokens: 3, return_tokens_as_token_ids: true, return_token_ids: true };
  const [choice] = (await chat({ ...body, logprobs: true, top_logprobs: 2 })).choices;
  const { content } = choice.logprobs;
  assert.deepEqual(
    content.map(({ token }: { token: string }) => token),
    choice.token_ids.map((id: number) => `token_id:${id}`),
  );
  assert.match(content[0].top_logprobs[1].token, /^token_id:\d+$/);
  const { headers } = await chat(body);
  assert.equal(headers.get('x-parley-parameters'), 'return_tokens_as_token_ids;ignored');
});

type Entry = Record<string, { logprob: number; rank: number; decoded_token: string }>;

test('prompt_logprobs are those that the model gives token by token', async () => {
  const ids = await tokenize({ prompt: STORY });
  const [choice] = (await complete({ prompt: ids, max_tokens: 1, prompt_logprobs: 4 })).choices;
  const entries: (Entry | null)[] = choice.prompt_logprobs;
  assert.equal(entries.length, ids.length);
  assert.equal(entries[0], null);
  for (let position = 1; position < ids.length; position++) {
    const entry = entries[position] ?? {};
    const own = entry[String(ids[position])];
    assert.ok(own, `position ${position} lacks its own token`);
    const next = await complete({
      prompt: ids.slice(0, position),
      max_tokens: 1,
      logprobs: 4,
      temperature: 0,
    });
    const best = next.choices[0].logprobs.top_logprobs[0];
    const listed = Object.values(entry).filter(({ rank }) => rank <= 4);
    assert.equal(listed.length, 4);
    for (const { decoded_token, logprob } of listed) {
      assert.ok(Math.abs(best[decoded_token] - logprob) < 1e-3, `${position} ${decoded_token}`);
    }
    assert.equal(own.rank > 4, !(own.decoded_token in best));
    assert.equal(Object.keys(entry).length, own.rank > 4 ? 5 : 4);
  }
});

test('prompt_logprobs of a conversation: whole and in the first chunk, once for all choices, and again from a warm cache', async () => {
  const body = {
    messages: MESSAGES,
    max_tokens: 3,
    n: 3,
    temperature: 0,
    prompt_logprobs: 0,
    logprobs: true,
  };
  const whole = await chat(body);
  assert.equal(whole.prompt_logprobs.length, whole.usage.prompt_tokens);
  assert.ok(whole.prompt_logprobs.slice(1).every((entry: Entry) => Object.keys(entry).length === 1));
  const [first, ...others] = await chunksOf('/v1/chat/completions', body);
  assert.deepEqual(first.prompt_logprobs, whole.prompt_logprobs);
  assert.equal(first.choices[0].delta.role, 'assistant');
  assert.ok(others.every((chunk) => !('prompt_logprobs' in chunk)));
  const plain = await chat({ ...body, prompt_logprobs: null });
  assert.deepEqual(plain.choices, whole.choices);
  assert.deepEqual((await chat(body)).prompt_logprobs, whole.prompt_logprobs);
  assert.equal((await chat(body)).usage.prompt_tokens_details.cached_tokens, 0);
});

test('scored prompts of hundreds of tokens beside others have the log probabilities that they have alone', async () => {
  const prompts = [0, 1, 2, 3, 4, 5].map((i) => `${i}. ${STORY.repeat(5 + 2 * i)}`);
  const score = async (prompt: string): Promise<(Entry | null)[]> =>
    (await complete({ prompt, max_tokens: 1, prompt_logprobs: 1 })).choices[0].prompt_logprobs;
  const alone: (Entry | null)[][] = [];
  for (const prompt of prompts) alone.push(await score(prompt));
  const noise = prompts.map((prompt, seed) => complete({ prompt: `x${prompt}`, seed, max_tokens: 60 }));
  assert.deepEqual(await Promise.all(prompts.map(score)), alone);
  await Promise.all(noise);
  assert.ok((alone[5] ?? []).length > 300);
});

test('truncate_prompt_tokens keeps the end of the prompt', async () => {
  const ids = await tokenize({ prompt: STORY });
  const body = { prompt: STORY, max_tokens: 5, temperature: 0, return_token_ids: true };
  const cut = await complete({ ...body, truncate_prompt_tokens: 6, echo: true });
  assert.deepEqual(cut.choices[0].prompt_token_ids, ids.slice(-6));
  assert.equal(cut.usage.prompt_tokens, 6);
  assert.ok(cut.choices[0].text.startsWith(await detokenize(ids.slice(-6))));
  const same = await complete({ ...body, truncate_prompt_tokens: 10_000 });
  assert.deepEqual(same.choices[0].prompt_token_ids, ids);
  const conversation = await chat({ truncate_prompt_tokens: 4, max_tokens: 2, return_token_ids: true });
  assert.deepEqual(conversation.prompt_token_ids, (await tokenize({ messages: MESSAGES })).slice(-4));
  assert.equal(
    (await refusal('/v1/chat/completions', { truncate_prompt_tokens: 0 })).param,
    'truncate_prompt_tokens',
  );
});

test('truncate_prompt_tokens -1 keeps as much as the context leaves beside the answer', async () => {
  const prompt = STORY.repeat(60);
  const ids = await tokenize({ prompt });
  const { max_model_len: context } = await ask('/tokenize', { prompt: '' });
  assert.ok(ids.length > context);
  const body = { max_tokens: 7, return_token_ids: true, truncate_prompt_tokens: -1 };
  for (const given of [prompt, ids]) {
    const [choice] = (await complete({ ...body, prompt: given })).choices;
    assert.deepEqual(choice.prompt_token_ids, ids.slice(-(context - 7)));
  }
  const long = await refusal('/v1/completions', { ...body, prompt, truncate_prompt_tokens: context + 5 });
  assert.deepEqual([long.status, long.param], [400, 'prompt']);
});

test('echo with logprobs scores a text, also without a single token more', async () => {
  const body = { prompt: STORY, echo: true, logprobs: 2, temperature: 0 };
  const [scored] = (await complete({ ...body, max_tokens: 0 })).choices;
  assert.deepEqual([scored.text, scored.finish_reason], [STORY, 'length']);
  assert.equal(scored.logprobs.tokens.join(''), STORY);
  assert.equal(scored.logprobs.token_logprobs[0], null);
  for (const [i, offset] of scored.logprobs.text_offset.entries()) {
    assert.ok(STORY.startsWith(scored.logprobs.tokens[i], offset));
  }
  const [answered] = (await complete({ ...body, max_tokens: 4, prompt_logprobs: 0 })).choices;
  const { tokens, token_logprobs: values } = answered.logprobs;
  assert.equal(tokens.join(''), answered.text);
  assert.deepEqual(values.slice(0, scored.logprobs.tokens.length), scored.logprobs.token_logprobs);
  const own = answered.prompt_logprobs.map(
    (entry: Entry | null) => entry && Object.values(entry)[0]?.logprob,
  );
  assert.deepEqual(own, scored.logprobs.token_logprobs);
  const chunks = await chunksOf('/v1/completions', { ...body, max_tokens: 4 });
  assert.deepEqual(
    chunks.flatMap(({ choices }) => choices[0].logprobs?.token_logprobs ?? []),
    values,
  );
});

test('echo in a conversation: the bytes of all log probabilities are the content', async () => {
  const turn = { role: 'assistant', content: 'My cat Tom likes fish — and ' };
  const messages = [...MESSAGES, turn];
  for (const more of [{ continue_final_message: true, add_generation_prompt: false }, {}]) {
    const body = { messages, echo: true, logprobs: true, temperature: 0, max_tokens: 5, ...more };
    const [choice] = (await chat(body)).choices;
    assert.ok(choice.message.content.startsWith('My cat Tom likes fish'));
    const bytes = choice.logprobs.content.flatMap((entry: { bytes: number[] }) => entry.bytes);
    assert.equal(Buffer.from(bytes).toString(), choice.message.content);
    assert.ok(
      choice.logprobs.content.every(({ logprob }: { logprob: number }) => logprob <= 0 && logprob > -30),
    );
    const chunks = await chunksOf('/v1/chat/completions', body);
    assert.deepEqual(
      chunks.flatMap(({ choices }) => choices[0].logprobs?.content ?? []),
      choice.logprobs.content,
    );
  }
});

test('logits processors of the operator act by name, with arguments of the request', async () => {
  const body = { prompt: STORY, max_tokens: 40, temperature: 1, seed: 1 };
  assert.match((await complete(body)).choices[0].text, /e/i);
  for (const more of [
    { logits_processors: [{ qualname: 'lipogram', args: ['e'] }] },
    { logits_processors: ['lipogram'], vllm_xargs: { letter: 'e' } },
  ]) {
    const { choices } = await complete({ ...body, ...more, n: 3 });
    for (const { text } of choices) assert.ok(text.length > 10 && !/e/i.test(text), text);
  }
  const [parrot] = (await complete({ ...body, logits_processors: ['parrot'], max_tokens: 12 })).choices;
  assert.ok(STORY.startsWith(parrot.text) && parrot.text.length > 12);
  const support = (await (await fetch(`${url}/v1/models/parley-tiny`)).json()) as {
    parameters: Record<string, { honoured: boolean }>;
  };
  assert.deepEqual(
    [support.parameters.logits_processors?.honoured, support.parameters.vllm_xargs?.honoured],
    [true, true],
  );
});

test('a server whose processors cannot be loaded does not start, and says which file', async () => {
  for (const [file, message] of [
    ['nowhere.ts', /nowhere\.ts cannot be loaded/],
    ['cli-process.ts', /cli-process\.ts must export processors/],
  ] as const) {
    await using failing = new CliProcess(['serve', '--port', '0', '--logits-processors', file]);
    assert.equal(await failing.exited, 1);
    assert.match(failing.stderr, message);
  }
});

test('a processor that fails ends its own call, and unknown names and arguments are a 400', async () => {
  const path = '/v1/chat/completions';
  const others = Array.from({ length: 3 }, (_, seed) => chat({ seed, max_tokens: 20 }));
  const failed = await refusal(path, { logits_processors: ['broken'], max_tokens: 20 });
  assert.equal(failed.status, 500);
  assert.match(failed.message, /'broken'/);
  assert.doesNotMatch(failed.message, /operator/);
  await Promise.all(others);
  assert.match(server.stderr, /an operator made a mistake/);
  const cases: [object, string, RegExp][] = [
    [{ logits_processors: ['vllm.Something'] }, 'logits_processors[0]', /lipogram, parrot, broken/],
    [{ logits_processors: ['lipogram'] }, 'logits_processors[0]', /letter must be one character/],
    [{ vllm_xargs: { letter: 'e' } }, 'vllm_xargs', /logits_processors/],
    [{ logits_processors: ['parrot'], vllm_xargs: { letter: 'e' } }, 'vllm_xargs.letter', /none/],
  ];
  for (const [body, param, message] of cases) {
    const error = await refusal(path, body);
    assert.deepEqual([error.status, error.param], [400, param]);
    assert.match(error.message, message);
  }
});

test('what is out of range is a 400, and the server answers on', async () => {
  for (const [body, param] of [
    [{ prompt_logprobs: -1 }, 'prompt_logprobs'],
    [{ prompt_logprobs: 21 }, 'prompt_logprobs'],
    [{ truncate_prompt_tokens: -2 }, 'truncate_prompt_tokens'],
    [{ kv_transfer_params: { a: 1 } }, 'kv_transfer_params'],
    [{ mm_processor_kwargs: { a: 1 } }, 'mm_processor_kwargs'],
    [{ verbosity: 'low' }, 'verbosity'],
    [{ modalities: ['audio'] }, 'modalities'],
    [{ web_search_options: {} }, 'web_search_options'],
    [{ moderation: {} }, 'moderation'],
    [{ audio: { voice: 'a', format: 'wav' } }, 'audio'],
  ] as const) {
    const error = await refusal('/v1/chat/completions', body);
    assert.deepEqual([error.status, error.param], [400, param]);
    assert.ok(error.message.includes(param) && error.message.length > 30, error.message);
  }
  assert.equal((await chat({ max_tokens: 1 })).usage.completion_tokens, 1);
});

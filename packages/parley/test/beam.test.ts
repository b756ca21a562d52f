/** Beam search through the public door, with the model that ships. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CliProcess } from './cli-process.ts';

let server: CliProcess;
let url = '';
before(async () => {
  server = new CliProcess(['serve', '--port', '0', '--parallel', '6']);
  url = await server.url();
});
after(() => server[Symbol.asyncDispose]());

const BEAMS = { use_beam_search: true, n: 4, max_tokens: 24, logprobs: true, top_logprobs: 1 };
const PROMPTS = ['Tell me about the sea.', 'A fox and a hen', 'Who are you?', 'The king said'];

interface Choice {
  readonly index: number;
  readonly message: { readonly content: string };
  readonly finish_reason: string;
  readonly logprobs: { readonly content: readonly { readonly logprob: number }[] };
}

async function post(body: object, signal?: AbortSignal): Promise<Response> {
  return await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ messages: [{ role: 'user', content: PROMPTS[0] }], ...body }),
    ...(signal && { signal }),
  });
}

async function ask(body: object): Promise<{ choices: Choice[]; usage: { completion_tokens: number } }> {
  const response = await post(body);
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return JSON.parse(text);
}

async function refusal(body: object): Promise<{ param: string; code: string; message: string }> {
  const response = await post(body);
  const text = await response.text();
  assert.equal(response.status, 400, text);
  return JSON.parse(text).error;
}

const sum = ({ logprobs }: Choice) => logprobs.content.reduce((total, { logprob }) => total + logprob, 0);
const user = (content: string | undefined) => ({ messages: [{ role: 'user', content }] });

test('answers are different, the most probable first, and mostly more so than the greedy one', async () => {
  let better = 0;
  for (const content of PROMPTS) {
    const fixed = { ...user(content), max_tokens: 16, ignore_eos: true, logprobs: true };
    const { choices, usage } = await ask({ ...fixed, use_beam_search: true, n: 5 });
    assert.deepEqual(
      choices.map(({ index }) => index),
      [0, 1, 2, 3, 4],
    );
    assert.equal(new Set(choices.map(({ message }) => message.content)).size, 5);
    const sums = choices.map(sum);
    assert.deepEqual(
      sums,
      sums.toSorted((a, b) => b - a),
    );
    assert.equal(usage.completion_tokens, 5 * 16);
    const [greedy] = (await ask({ ...fixed, temperature: 0 })).choices;
    assert.ok(greedy);
    if (sums[0]! > sum(greedy) + 1e-9) better++;
  }
  assert.ok(better >= 2, `better than greedy for ${better} of ${PROMPTS.length} prompts`);
});

test('one beam is the greedy answer, token by token', async () => {
  const fixed = { ...user('A fox'), max_tokens: 40, ignore_eos: true, logprobs: true, top_logprobs: 3 };
  const [beam] = (await ask({ ...fixed, use_beam_search: true })).choices;
  const [greedy] = (await ask({ ...fixed, temperature: 0 })).choices;
  assert.deepEqual(beam, greedy);
});

test('the same search gives the same answers alone, beside others, and streamed', async () => {
  const alone = await ask(BEAMS);
  const noise = Array.from({ length: 8 }, (_, i) => ask({ ...user(`Noise ${i}`), seed: i, max_tokens: 60 }));
  const beside = await Promise.all([1, 2, 3].map(() => ask(BEAMS)));
  await Promise.all(noise);
  for (const answer of beside) assert.deepEqual(answer.choices, alone.choices);
  const stream = await (await post({ ...BEAMS, stream: true })).text();
  const texts = alone.choices.map(() => '');
  for (const line of stream.split('\n').filter((data) => data.startsWith('data: {'))) {
    for (const { index, delta } of JSON.parse(line.slice(6)).choices) texts[index] += delta.content ?? '';
  }
  assert.deepEqual(
    texts,
    alone.choices.map(({ message }) => message.content),
  );
});

test('length_penalty decides between short and long answers', async () => {
  const length = async (penalty: number) => {
    const answers = await Promise.all(
      PROMPTS.map((content) => ask({ ...BEAMS, ...user(content), max_tokens: 80, length_penalty: penalty })),
    );
    return answers.reduce((total, { choices }) => total + (choices[0]?.logprobs.content.length ?? 0), 0);
  };
  const [short, long] = [await length(-2), await length(4)];
  assert.ok(short < long, `${short} and ${long} tokens`);
});

test('stop_token_ids, logit_bias and allowed_token_ids act on beams', async () => {
  const { choices } = await ask({ ...BEAMS, n: 2, allowed_token_ids: [300, 301, 302], max_tokens: 5 });
  assert.equal(choices.length, 2);
  const first = await ask({ ...BEAMS, logit_bias: { 300: 100 }, stop_token_ids: [300] });
  assert.equal(first.choices[0]?.finish_reason, 'stop');
  assert.deepEqual(first.choices[0]?.message.content, '');
});

test('what does not go together is a 400 that says so', async () => {
  const wide = await refusal({ ...BEAMS, n: 7 });
  assert.equal(wide.param, 'n');
  assert.match(wide.message, /at most 6 .*got 7/);
  const conflicts = {
    temperature: 0.7,
    top_p: 0.5,
    stop: ['a'],
    response_format: { type: 'json_object' },
    prediction: { type: 'content', content: 'a' },
    repetition_penalty: 1.2,
  };
  for (const [name, value] of Object.entries(conflicts)) {
    const { param, code } = await refusal({ ...BEAMS, [name]: value });
    assert.deepEqual([param, code], [name, 'conflicting_parameters']);
  }
  const { param, code } = await refusal({ length_penalty: 2 });
  assert.deepEqual([param, code], ['length_penalty', 'conflicting_parameters']);
});

test('the older completions search too', async () => {
  const response = await fetch(`${url}/v1/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ prompt: ['Once upon', 'One day'], use_beam_search: true, n: 2, max_tokens: 6 }),
  });
  const body = JSON.parse(await response.text());
  assert.equal(response.status, 200, JSON.stringify(body));
  assert.equal(body.choices.length, 4);
});

test('searches given up at every stage leave nothing running', async () => {
  await Promise.all(
    Array.from({ length: 60 }, async (_, i) => {
      const controller = new AbortController();
      const body = { ...BEAMS, n: 1 + (i % 6), max_tokens: 300, ignore_eos: true, stream: i % 2 === 0 };
      const call = post(body, controller.signal).then((response) => response.text());
      setTimeout(() => controller.abort(), 3 * (i % 17));
      await call.catch(() => {});
    }),
  );
  for (const deadline = Date.now() + 20_000; ; ) {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const open = ['running', 'queue_depth', 'cells_used'].map((name) =>
      Number(new RegExp(`^parley_${name}\\{.*\\} (\\d+)$`, 'm').exec(metrics)?.[1]),
    );
    if (open.every((count) => count === 0)) break;
    assert.ok(Date.now() < deadline, `${open}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.equal((await ask(BEAMS)).choices.length, 4);
});

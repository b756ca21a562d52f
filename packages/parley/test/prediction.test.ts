/**
 * Predictions through the public door, with the model that ships: the same answers, in fewer steps. With flash attention,
 * which larger models have by default: without it the small one takes none.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CliProcess } from './cli-process.ts';

let server: CliProcess;
let url = '';
before(async () => {
  server = new CliProcess(['serve', '--port', '0', '--parallel', '8', '--flash-attention', 'on']);
  url = await server.url();
});
after(() => server[Symbol.asyncDispose]());

const messages = [{ role: 'user', content: 'Tell me a story about a fox and a hen.' }];
/** Log probabilities have to be equal to the last digit. */
const BASE = { messages, max_tokens: 120, ignore_eos: true, logprobs: true, top_logprobs: 2, seed: 4 };

async function post(body: object): Promise<Response> {
  return await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...BASE, ...body }),
  });
}

async function ask(body: object) {
  const response = await post(body);
  const text = await response.text();
  assert.equal(response.status, 200, text);
  const { choices, usage } = JSON.parse(text);
  return { choices, usage, text: choices[0].message.content as string, headers: response.headers };
}

async function steps(): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^parley_engine_steps_total\{.*\} (\d+)$/m.exec(metrics)?.[1]);
}

const expected = (content: unknown) => ({ prediction: { type: 'content', content } });

for (const temperature of [0, 1]) {
  test(`temperature ${temperature}: the answer as its own prediction, and a wrong one`, async () => {
    const begun = await steps();
    const plain = await ask({ temperature });
    const plainSteps = (await steps()) - begun;
    assert.ok(!('accepted_prediction_tokens' in plain.usage.completion_tokens_details));

    const right = await ask({ temperature, ...expected(plain.text) });
    const rightSteps = (await steps()) - begun - plainSteps;
    assert.deepEqual(right.choices, plain.choices);
    const details = right.usage.completion_tokens_details;
    assert.ok(details.accepted_prediction_tokens > 60, JSON.stringify(details));
    assert.ok(rightSteps < plainSteps / 3, `${rightSteps} steps instead of ${plainSteps}`);

    const half = plain.text.slice(0, plain.text.length / 2);
    const edited = `${half} Suddenly, an elephant! ${plain.text.slice(half.length + 30)}`;
    for (const content of [edited, 'Once upon a time, in a far away land. '.repeat(5), '', 'x']) {
      const wrong = await ask({ temperature, ...expected([{ type: 'text', text: content }]) });
      assert.deepEqual(wrong.choices, plain.choices);
      assert.equal(typeof wrong.usage.completion_tokens_details.rejected_prediction_tokens, 'number');
    }
  });
}

test('several choices, stop strings, penalties, a form, and neighbours', async () => {
  const schema = {
    type: 'object',
    properties: { a: { type: 'string' }, b: { enum: [1, 2] } },
    required: ['a'],
  };
  const wishes: object[] = [
    { n: 3, temperature: 1.2 },
    { stop: ['hen', '!'], temperature: 0.5, ignore_eos: false },
    { frequency_penalty: 1, repetition_penalty: 1.2, temperature: 0 },
    { response_format: { type: 'json_schema', json_schema: { name: 'x', schema } }, temperature: 1 },
    {
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema } },
      temperature: 0,
      logprobs: false,
      top_logprobs: 0,
    },
  ];
  const plain = await Promise.all(wishes.map((wish) => ask(wish)));
  const predicted = await Promise.all(
    wishes.flatMap((wish, i) => [
      ask({ ...wish, ...expected(plain[i].text) }),
      ask({ ...wish, ...expected(plain[i].text.replaceAll('a', 'e')) }),
    ]),
  );
  for (const [i, answer] of predicted.entries()) {
    assert.deepEqual(answer.choices, plain[i >> 1].choices, JSON.stringify(wishes[i >> 1]));
  }
  const accepted = predicted.map(({ usage }) => usage.completion_tokens_details.accepted_prediction_tokens);
  assert.ok(
    accepted.every((count, i) => i % 2 === 1 || count > 0),
    `${accepted}`,
  );
});

test('a stream tells the same, with the counts in its usage', async () => {
  const plain = await ask({ temperature: 0 });
  const response = await post({ temperature: 0, stream: true, ...expected(plain.text) });
  const chunks = (await response.text())
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => JSON.parse(line.slice(6)));
  assert.equal(chunks.map((chunk) => chunk.choices[0]?.delta?.content ?? '').join(''), plain.text);
  assert.ok(chunks.at(-1).usage.completion_tokens_details.accepted_prediction_tokens > 60);
});

test('a text that no answer could hold is refused, with the numbers', async () => {
  for (const content of ['fox and hen '.repeat(400), 'x'.repeat(2_000_000)]) {
    const response = await post(expected(content));
    assert.equal(response.status, 400);
    const { error } = JSON.parse(await response.text());
    assert.equal(error.param, 'prediction.content');
    assert.equal(error.code, 'context_length_exceeded');
    assert.match(error.message, /512/);
  }
});

test('where it could change an answer, a prediction is ignored, and reported', async () => {
  await using other = new CliProcess(['serve', '--port', '0', '--flash-attention', 'off']);
  const base = await other.url();
  const response = await fetch(`${base}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...BASE, ...expected('Once upon a time') }),
  });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('x-parley-parameters'), 'prediction;ignored');
  await response.text();
  const model = JSON.parse(await (await fetch(`${base}/v1/models/parley-tiny`)).text());
  assert.equal(model.parameters.prediction.honoured, false);
  assert.match(model.parameters.prediction.reason, /flash attention/);
  const flash = JSON.parse(await (await fetch(`${url}/v1/models/parley-tiny`)).text());
  assert.equal(flash.parameters.prediction.honoured, true);
});

test('a caller that goes away frees everything', async () => {
  await Promise.all(
    Array.from({ length: 40 }, async (_, i) => {
      const controller = new AbortController();
      const call = fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          ...BASE,
          max_tokens: 400,
          stream: i % 2 === 0,
          ...expected('Once upon a time'),
        }),
        signal: controller.signal,
      }).then((response) => response.text());
      setTimeout(() => controller.abort(), i % 13);
      await call.catch(() => {});
    }),
  );
  for (const deadline = Date.now() + 20_000; ; ) {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const open = ['running', 'queue_depth', 'cells_used'].map((name) =>
      Number(new RegExp(`^parley_${name}\\{.*\\} (\\d+)$`, 'm').exec(metrics)?.[1]),
    );
    if (open.every((count) => count === 0)) return;
    assert.ok(Date.now() < deadline, `${open}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { request, setUp, type Wish } from './engine.fixture.ts';
import { badWordsOf } from './sampler/sampling.fixture.ts';
import { TOY_END } from './toy/vocabulary.ts';

/** The answer of a request that runs alone. */
function alone(wish: Wish): string {
  const { engine, finish, textOf } = setUp();
  const one = request(wish);
  engine.add(one);
  finish();
  return textOf(one.id);
}

const assertIdle = ({ engine }: ReturnType<typeof setUp>) => {
  const { running, waiting, cellsUsed } = engine.stats();
  assert.deepEqual(
    { running, waiting, cellsUsed, busy: engine.busy },
    { running: 0, waiting: 0, cellsUsed: 0, busy: false },
  );
};

test('a request ends at its token limit with usage and every token accounted for', () => {
  const world = setUp();
  const one = request({ sampling: { ignoreEos: true }, maxTokens: 7 });
  world.engine.add(one);
  world.finish();
  assert.equal(world.endOf(one.id)?.reason, 'length');
  assert.deepEqual(world.doneOf(one.id)?.usage, {
    promptTokens: 5,
    cachedTokens: 0,
    completionTokens: 7,
    reasoningTokens: 0,
  });
  const counted = world.updates.reduce(
    (sum, update) => sum + (update.kind === 'text' || update.kind === 'end' ? update.tokenCount : 0),
    0,
  );
  assert.equal(counted, 7);
  assertIdle(world);
});

test('the same request gives the same text whatever runs beside it', () => {
  const wishes: Wish[] = Array.from({ length: 12 }, (_, i) => ({
    prompt: `prompt number ${i % 5}`,
    sampling: { temperature: i % 2 ? 1 : 0, topP: 0.9, ignoreEos: true },
    seed: BigInt(i),
    maxTokens: 5 + i,
  }));
  const expected = wishes.map(alone);
  const world = setUp();
  const requests = wishes.map(request);
  requests.forEach((one, i) => {
    world.engine.add(one);
    if (i % 3 === 0) world.engine.step();
  });
  world.finish();
  assert.deepEqual(
    requests.map(({ id }) => world.textOf(id)),
    expected,
  );
  assert.ok(new Set(expected).size > 4);
  assertIdle(world);
});

test('n choices share one prompt and differ by seed', () => {
  const world = setUp();
  const one = request({
    n: 3,
    sampling: { temperature: 1, ignoreEos: true },
    prompt: 'a prompt of twenty-two',
  });
  world.engine.add(one);
  world.finish();
  const texts = [0, 1, 2].map((choice) => world.textOf(one.id, choice));
  assert.equal(new Set(texts).size, 3);
  const usage = world.doneOf(one.id)?.usage;
  assert.equal(usage?.promptTokens, 22);
  assert.equal(usage?.completionTokens, 36);
  // Each of the other choices computes the last prompt token again, and nothing else of it.
  assert.equal(world.runtime.counts.tokens, 22 + 2 + 3 * 11);
});

test('more choices than slots still come all', () => {
  const world = setUp({}, 2);
  const one = request({ n: 5, maxTokens: 4 });
  world.engine.add(one);
  world.finish();
  assert.equal(world.updates.filter(({ kind }) => kind === 'end').length, 5);
  assertIdle(world);
});

test('a stop string ends the text before it, also when it spans tokens', () => {
  const whole = alone({ sampling: { ignoreEos: true }, maxTokens: 20 });
  const stop = whole.slice(6, 9);
  const world = setUp();
  const one = request({ sampling: { ignoreEos: true }, text: { stop: [stop] }, maxTokens: 20 });
  world.engine.add(one);
  world.finish();
  assert.equal(world.textOf(one.id), whole.slice(0, whole.indexOf(stop)));
  assert.deepEqual([world.endOf(one.id)?.reason, world.endOf(one.id)?.stop], ['stop', stop]);
});

test('min_tokens holds back stop strings and the end of text', () => {
  const whole = alone({ sampling: { ignoreEos: true }, maxTokens: 20 });
  const world = setUp();
  const one = request({ sampling: { minTokens: 5 }, text: { stop: [whole[0]] }, maxTokens: 20 });
  world.engine.add(one);
  world.finish();
  assert.ok(world.textOf(one.id).length >= 4);
});

test('a stop token ends the text and is named', () => {
  const whole = alone({ sampling: { ignoreEos: true } });
  const id = whole.charCodeAt(3);
  const world = setUp();
  const one = request({ sampling: { ignoreEos: true, stopTokenIds: [id] } });
  world.engine.add(one);
  world.finish();
  assert.equal(world.textOf(one.id), whole.slice(0, whole.indexOf(String.fromCharCode(id))));
  assert.equal(world.endOf(one.id)?.stop, id);
});

test('the end-of-text token ends the answer and counts as a token', () => {
  const world = setUp();
  const one = request({ sampling: { logitBias: [[TOY_END, 100]] } });
  world.engine.add(one);
  world.finish();
  assert.equal(world.textOf(one.id), '');
  assert.equal(world.endOf(one.id)?.reason, 'stop');
  assert.equal(world.doneOf(one.id)?.usage.completionTokens, 1);
});

test('the end of the context ends the answer with length', () => {
  const world = setUp({ contextLength: 16 });
  const one = request({ sampling: { ignoreEos: true }, maxTokens: 100 });
  world.engine.add(one);
  world.finish();
  assert.equal(world.endOf(one.id)?.reason, 'length');
  assert.equal(world.doneOf(one.id)?.usage.completionTokens, 11);
});

test('a prompt that fills the context is refused with both numbers', () => {
  const { engine } = setUp({ contextLength: 16 });
  assert.throws(() => engine.add(request({ prompt: 'x'.repeat(16) })), {
    status: 400,
    code: 'context_length_exceeded',
    message: /16 tokens.*16/,
  });
});

test('log probabilities come with their text', () => {
  const world = setUp();
  const one = request({ sampling: { logprobs: 3, ignoreEos: true } });
  world.engine.add(one);
  world.finish();
  const tokens = world.updates.flatMap((update) => (update.kind === 'text' ? (update.tokens ?? []) : []));
  assert.equal(tokens.length, 12);
  assert.ok(tokens.every(({ logprob, top }) => logprob <= 0 && top.length === 3));
  assert.equal(
    new TextDecoder().decode(Buffer.concat(tokens.map(({ bytes }) => bytes))),
    world.textOf(one.id),
  );
});

test('cached tokens are told truthfully', () => {
  const world = setUp();
  const first = request({ prompt: 'the same beginning, one end' });
  world.engine.add(first);
  world.finish();
  const second = request({ prompt: 'the same beginning, other end' });
  world.engine.add(second);
  world.finish();
  assert.equal(world.doneOf(second.id)?.usage.cachedTokens, 'the same beginning, o'.length);
});

test('10,000 requests cancelled at any moment leave nothing behind', () => {
  const world = setUp();
  let state = 3;
  const random = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) % below;
  };
  const open: number[] = [];
  for (let i = 0; i < 10_000; i++) {
    const one = request({
      prompt: 'x'.repeat(1 + random(40)),
      n: 1 + random(3),
      sampling: { ignoreEos: true },
    });
    world.engine.add(one);
    open.push(one.id);
    if (random(2)) world.engine.step();
    while (open.length > random(8)) world.engine.cancel(open.splice(random(open.length), 1)[0]);
  }
  for (const id of open) world.engine.cancel(id);
  world.engine.step();
  assertIdle(world);
  assert.equal(
    world.engine.stats().cancelled + world.updates.filter(({ kind }) => kind === 'done').length,
    10_000,
  );
});

test('a failing model fails the running requests and serves the next ones', () => {
  let failing = true;
  const world = setUp({
    onDecode: () => {
      if (failing) throw new Error('no more memory');
    },
  });
  const [first, second] = [request(), request()];
  world.engine.add(first);
  world.engine.add(second);
  world.finish();
  const failed = world.updates.filter((update) => update.kind === 'failed');
  assert.deepEqual(failed.map(({ request }) => request).sort(), [first.id, second.id].sort());
  assert.ok(failed.every(({ error }) => error.status === 500 && !error.message.includes('memory')));
  assert.match(String(world.errors[0]), /no more memory/);
  failing = false;
  const third = request();
  world.engine.add(third);
  world.finish();
  assert.equal(world.textOf(third.id), alone({}));
  assertIdle(world);
});

test('a choice that fails leaves true books of the others, whose cells are used again', () => {
  const world = setUp();
  // After the first token, nothing is left to choose from.
  const sampling = { allowedTokenIds: [97], badWords: badWordsOf(['aa'], world.runtime.vocabulary) };
  const failing = request({ n: 2, sampling });
  world.engine.add(failing);
  world.finish();
  const next = request();
  world.engine.add(next);
  world.finish();
  assert.deepEqual(
    world.updates.flatMap((update) =>
      update.kind === 'failed' ? [[update.request, update.error.status]] : [],
    ),
    [[failing.id, 400]],
  );
  assert.equal(world.textOf(next.id), alone({}));
  assert.deepEqual(world.errors, []);
});

test('options that do not fit the vocabulary fail their own request alone', () => {
  const world = setUp();
  const fine = request();
  world.engine.add(fine);
  world.engine.step();
  const wrong = request({ n: 2, sampling: { logitBias: [[260, 1]] } });
  const beside = request({ prompt: 'beside' });
  world.engine.add(wrong);
  world.engine.add(beside);
  world.finish();
  const failed = world.updates.flatMap((update) => (update.kind === 'failed' ? [update] : []));
  assert.deepEqual(
    failed.map(({ request, error }) => [request, error.status, error.param]),
    [[wrong.id, 400, 'logit_bias.260']],
  );
  assert.equal(world.textOf(fine.id), alone({}));
  assert.equal(world.textOf(beside.id), alone({ prompt: 'beside' }));
  assert.deepEqual(world.errors, []);
  assertIdle(world);
});

test('timing adds up and never runs backwards', () => {
  const world = setUp();
  const one = request();
  world.engine.add(one);
  world.finish();
  const timing = world.doneOf(one.id)?.timing;
  assert.ok(timing);
  assert.ok(timing.queueSeconds >= 0 && timing.promptSeconds > 0 && timing.completionSeconds > 0);
  const parts = timing.queueSeconds + timing.promptSeconds + timing.completionSeconds;
  assert.ok(Math.abs(timing.totalSeconds - parts) < 1e-9);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PromptToken } from '../core/event.ts';
import { request, setUp, type Wish } from './engine.fixture.ts';
import { unpackPromptLogprobs } from './packed-prompt.ts';
import { toyLogits } from './toy/runtime.ts';

const PROMPT = 'a prompt of forty-two characters, or about';
const bytes = (text: string) => [...new TextEncoder().encode(text)];

function scoresOf(world: ReturnType<typeof setUp>, id: number): PromptToken[] {
  const update = world.updates.find((each) => each.kind === 'prompt' && each.request === id);
  assert.ok(update?.kind === 'prompt' && update.logprobs);
  const { vocabulary } = world.runtime;
  return [...unpackPromptLogprobs(update.logprobs, vocabulary, { top: update.logprobs.count })];
}

function scored(wish: Wish, count: number) {
  const one = request(wish);
  return { ...one, options: { ...one.options, promptLogprobs: count } };
}

/** Straight from the toy's formula. */
function expected(tokens: readonly number[], position: number, count: number) {
  const logits = [...toyLogits(tokens.slice(0, position), 260)];
  const sum = Math.log(logits.reduce((all, logit) => all + Math.exp(logit), 0));
  const ranked = logits
    .map((logit, id) => ({ id, logprob: logit - sum }))
    .sort((a, b) => b.logprob - a.logprob);
  const place = ranked.findIndex(({ id }) => id === tokens[position]);
  return { logprob: ranked[place]?.logprob ?? 0, rank: place + 1, top: ranked.slice(0, count) };
}

function assertScores(scores: readonly PromptToken[], tokens: readonly number[], count: number): void {
  assert.deepEqual(
    scores.map(({ id }) => id),
    tokens,
  );
  assert.equal(scores[0]?.logprob, undefined);
  for (const [position, score] of scores.entries()) {
    if (position === 0) continue;
    const { logprob, rank, top } = expected(tokens, position, count);
    assert.equal(score.rank, rank);
    assert.ok(
      Math.abs((score.logprob ?? 1) - logprob) < 1e-5,
      `${position}: ${score.logprob} and ${logprob}`,
    );
    assert.deepEqual(
      score.top.map(({ id }) => id),
      top.map(({ id }) => id),
    );
    for (const [i, { logprob: own }] of score.top.entries()) {
      assert.ok(Math.abs(own - (top[i]?.logprob ?? 1)) < 1e-5);
    }
  }
}

test('every token of the prompt is scored, however few rows of logits a batch has', () => {
  for (const outputLimit of [4, 5, 9, 32]) {
    const world = setUp({ outputLimit });
    const one = scored({ prompt: PROMPT }, 3);
    world.engine.add(one);
    world.finish();
    assertScores(scoresOf(world, one.id), bytes(PROMPT), 3);
    assert.deepEqual(world.errors, []);
  }
});

test('a scored prompt beside others changes nobody, and all of them end', () => {
  const wishes: Wish[] = Array.from({ length: 12 }, (_, i) => ({
    prompt: `${PROMPT.slice(0, 20 + i)} ${i}`,
    sampling: { temperature: 1, ignoreEos: true },
    seed: BigInt(i),
    maxTokens: 4 + i,
  }));
  const alone = wishes.map((wish) => {
    const world = setUp();
    const one = request(wish);
    world.engine.add(one);
    world.finish();
    return world.textOf(one.id);
  });
  const world = setUp({ outputLimit: 7 });
  const all = wishes.map((wish, i) => (i % 2 ? scored(wish, i % 4) : request(wish)));
  for (const one of all) world.engine.add(one);
  world.finish();
  assert.deepEqual(
    all.map(({ id }) => world.textOf(id)),
    alone,
  );
  for (const [i, one] of all.entries())
    if (i % 2) assertScores(scoresOf(world, one.id), [...one.prompt], i % 4);
});

test('cells of others are not reused, because they have no logits; the choices share theirs', () => {
  const world = setUp();
  const first = request({ prompt: PROMPT, maxTokens: 2 });
  world.engine.add(first);
  world.finish();
  const before = world.runtime.counts.tokens;
  const second = scored({ prompt: PROMPT, maxTokens: 1, n: 3 }, 0);
  world.engine.add(second);
  world.finish();
  assertScores(scoresOf(world, second.id), bytes(PROMPT), 0);
  assert.equal(world.doneOf(second.id)?.usage.cachedTokens, 0);
  assert.equal(world.runtime.counts.tokens - before, PROMPT.length + 2);
  assert.equal(world.updates.filter((update) => update.kind === 'prompt' && update.logprobs).length, 1);
});

test('a prompt of one token has nothing to score', () => {
  const world = setUp();
  const one = scored({ prompt: 'a', maxTokens: 1 }, 5);
  world.engine.add(one);
  world.finish();
  assert.deepEqual(
    scoresOf(world, one.id).map(({ id, logprob, top }) => [id, logprob, top]),
    [[97, undefined, []]],
  );
});

test('more scores than an answer may hold are refused', () => {
  const world = setUp({ contextLength: 40_000 });
  const one = scored({}, 20);
  const prompt = new Array<number>(30_000).fill(97);
  assert.throws(() => world.engine.add({ ...one, prompt }), { status: 400, param: 'prompt_logprobs' });
  assert.equal(world.engine.busy, false);
});

test('without a token to come the prompt is computed and the answer ends', () => {
  const world = setUp();
  const one = scored({ prompt: PROMPT, maxTokens: 0, n: 2 }, 1);
  world.engine.add(one);
  world.finish();
  assertScores(scoresOf(world, one.id), bytes(PROMPT), 1);
  assert.deepEqual([world.textOf(one.id), world.endOf(one.id)?.reason], ['', 'length']);
  assert.equal(world.endOf(one.id, 1)?.tokenCount, 0);
  assert.equal(world.doneOf(one.id)?.usage.completionTokens, 0);
  const { completionTokens, running, cellsUsed } = world.engine.stats();
  assert.deepEqual([completionTokens, running, cellsUsed], [0, 0, 0]);
});

test('ids of all sampled tokens are told, each once and in order, whatever becomes of their text', () => {
  const whole = setUp();
  const plain = request({ sampling: { ignoreEos: true }, maxTokens: 20 });
  whole.engine.add(plain);
  whole.finish();
  const text = whole.textOf(plain.id);
  for (const wish of [
    { text: { stop: [text.slice(6, 9)] } },
    { sampling: { ignoreEos: true, stopTokenIds: [text.charCodeAt(9)] } },
    { sampling: { temperature: 1 }, seed: 3n },
    { maxTokens: 1 },
  ] satisfies Wish[]) {
    const world = setUp();
    const one = request({ sampling: { ignoreEos: true }, maxTokens: 20, ...wish });
    world.engine.add({ ...one, options: { ...one.options, tokenIds: true } });
    world.finish();
    const ids = world.updates.flatMap((update) => {
      if (update.kind !== 'text' && update.kind !== 'end') return [];
      assert.equal(update.tokenIds?.length, update.tokenCount);
      return update.tokenIds ?? [];
    });
    assert.equal(ids.length, world.doneOf(one.id)?.usage.completionTokens);
    const read = ids.filter((id) => id < 256).map((id) => String.fromCharCode(id));
    assert.ok(read.join('').startsWith(world.textOf(one.id)));
    if (wish.sampling?.temperature === undefined) assert.ok(text.startsWith(read.join('')));
  }
});

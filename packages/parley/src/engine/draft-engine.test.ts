/** A prediction never changes an answer, however right or wrong it is; it only saves steps. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { request, setUp, type Wish } from './engine.fixture.ts';
import { badWordsOf } from './sampler/sampling.fixture.ts';
import type { ToyRuntimeOptions } from './toy/runtime.ts';
import { ToyVocabulary } from './toy/vocabulary.ts';

type World = ReturnType<typeof setUp>;
const CONTEXT: ToyRuntimeOptions = { contextLength: 96, batchLimit: 64 };
const ids = (text: string) => [...new TextEncoder().encode(text)];

function drawsFrom(seed: number): (below: number) => number {
  let state = seed * 7919;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) % below;
  };
}

/** Everything that was said of a request, but in how many pieces, and what predictions did. */
function outcome({ updates, doneOf }: World, id: number): unknown {
  const own = updates.filter((update) => update.request === id);
  const failed = own.find((update) => update.kind === 'failed');
  if (failed) return failed.error.param;
  const choices: { text: string; count: number; tokens: unknown[]; end?: unknown }[] = [];
  for (const update of own) {
    if (update.kind !== 'text' && update.kind !== 'end') continue;
    choices[update.choice] ??= { text: '', count: 0, tokens: [] };
    const choice = choices[update.choice];
    choice.count += update.tokenCount;
    if (update.kind === 'end') choice.end = [update.reason, update.stop];
    else {
      choice.text += update.text;
      choice.tokens.push(...(update.tokens ?? []));
    }
  }
  return { choices, completionTokens: doneOf(id)?.usage.completionTokens };
}

function alone(wish: Wish, runtime = CONTEXT) {
  const world = setUp(runtime);
  const one = request(wish);
  world.engine.add(one);
  world.finish();
  return { world, id: one.id, outcome: outcome(world, one.id), steps: world.engine.stats().steps };
}

const LONG: Wish = { sampling: { ignoreEos: true }, maxTokens: 40 };

test('the answer itself as the prediction: the same answer, and most steps saved', () => {
  const plain = alone(LONG);
  const answer = plain.world.textOf(plain.id);
  const predicted = alone({ ...LONG, prediction: ids(answer) });
  assert.deepEqual(predicted.outcome, plain.outcome);
  assert.equal(plain.steps, 40);
  assert.ok(predicted.steps <= 6, `${predicted.steps} steps`);
  const usage = predicted.world.doneOf(predicted.id)?.usage;
  assert.equal(usage?.rejectedPredictionTokens, 0);
  // Of prompt and answer all but the last token, also of the step in which it ended.
  assert.equal(predicted.world.engine.stats().cellsCached, 5 + 39);
  assert.equal((usage?.acceptedPredictionTokens ?? 0) + predicted.steps, 40);
});

test('a prediction that is wrong everywhere: the same answer, and what was tried is told', () => {
  const plain = alone(LONG);
  const predicted = alone({ ...LONG, prediction: ids('0123456789'.repeat(4)) });
  assert.deepEqual(predicted.outcome, plain.outcome);
  assert.equal(predicted.steps, plain.steps);
  const usage = predicted.world.doneOf(predicted.id)?.usage;
  assert.deepEqual([usage?.acceptedPredictionTokens, usage?.rejectedPredictionTokens], [0, 0]);
  assert.ok(!('acceptedPredictionTokens' in (plain.world.doneOf(plain.id)?.usage ?? {})));
});

test('cells of wrong drafts are given back before anything else uses the slot', () => {
  const plain = alone(LONG);
  const answer = plain.world.textOf(plain.id);
  const prediction = ids(answer.replace(/.{7}/g, (piece) => `${piece.slice(0, 6)}#`));
  const { world, id, ...predicted } = alone({ ...LONG, prediction });
  assert.deepEqual(predicted.outcome, plain.outcome);
  const usage = world.doneOf(id)?.usage;
  assert.ok((usage?.acceptedPredictionTokens ?? 0) > 10 && (usage?.rejectedPredictionTokens ?? 0) > 3);
  const held = world.runtime.held(0).length;
  assert.equal(world.engine.stats().cellsCached, held);
  const next = request({ prompt: `hello${answer.slice(0, 20)}`, sampling: { ignoreEos: true } });
  world.engine.add(next);
  world.finish();
  assert.equal(world.doneOf(next.id)?.usage.cachedTokens, 24);
});

/** JSON of an OutputForm. */
const form = (constraint: object) => JSON.stringify({ constraint, options: {}, param: 'structured_outputs' });
const FORMS = [
  form({ regex: '[a-z ]{5,30}' }),
  form({ regex: '(abcdef|abcxyz)[0-9]{3}(hello there|hello world)+' }),
  form({ choice: ['positively', 'negatively', 'so-so'] }),
];
const SAMPLING: readonly Wish['sampling'][] = [
  {},
  { ignoreEos: true },
  { temperature: 1, ignoreEos: true, logprobs: 2 },
  { temperature: 1, repetitionPenalty: 1.3, topP: 0.8 },
  { frequencyPenalty: 1, presencePenalty: 0.5, ignoreEos: true },
  { stopTokenIds: [101, 32], minTokens: 3 },
  { temperature: 0.7, topK: 5, minP: 0.05, ignoreEos: true },
  { badWords: badWordsOf(['th', 'e', 'xy'], new ToyVocabulary()), temperature: 1 },
];

/** The answer with mistakes, shifted or cut; or another text. */
function randomPrediction(answer: string, draw: (below: number) => number): number[] {
  const pieces = answer.match(/.{1,6}/gs) ?? [];
  const changed = pieces.map((piece) => {
    const kind = draw(6);
    if (kind === 0) return '';
    if (kind === 1) return `${piece}zq`;
    return kind === 2 ? `${piece.slice(1)}.` : piece;
  });
  if (draw(6) === 0) return ids('abc'.repeat(draw(30)));
  return ids(changed.slice(draw(3)).join(''));
}

for (const seed of [1, 2, 3, 4, 5, 6]) {
  test(`random requests with random predictions are answered as without, seed ${seed}`, () => {
    const draw = drawsFrom(seed);
    const parallel = 2 + draw(4);
    const outputLimit = 3 * parallel + draw(30);
    const limits = { ...CONTEXT, outputLimit, batchLimit: Math.max(outputLimit, 12 + draw(40)) };
    const world = setUp(limits, parallel);
    const expected = new Map<number, unknown>();
    let accepted = 0;
    let rejected = 0;
    for (let i = 0; i < 120; i++) {
      const output = draw(3) === 0 ? FORMS[draw(FORMS.length)] : undefined;
      const wish: Wish = {
        prompt: 'abcdefghijklmnopqrstuvwxyz'.slice(0, 1 + draw(25)),
        sampling: { ...SAMPLING[draw(SAMPLING.length)] },
        text: draw(3) ? {} : { stop: ['e', ' th'.slice(0, 1 + draw(3))], includeStop: draw(2) === 0 },
        maxTokens: 1 + draw(60),
        n: 1 + draw(3),
        seed: BigInt(draw(5)),
      };
      const without = withForm(request(wish), output);
      const plain = setUp(CONTEXT);
      plain.engine.add(without);
      plain.finish();
      const prediction = randomPrediction(plain.textOf(without.id, draw(without.n)), draw);
      const one = withForm(request({ ...wish, prediction }), output);
      expected.set(one.id, outcome(plain, without.id));
      world.engine.add(one);
      for (let steps = draw(20); steps > 0; steps--) world.engine.step();
    }
    world.finish();
    for (const [id, wanted] of expected) {
      assert.deepEqual(outcome(world, id), wanted);
      const usage = world.doneOf(id)?.usage;
      accepted += usage?.acceptedPredictionTokens ?? 0;
      rejected += usage?.rejectedPredictionTokens ?? 0;
    }
    assert.ok(accepted > 100 && rejected > 20, `${accepted} accepted, ${rejected} rejected`);
    const { running, waiting, cellsUsed, cellsCached } = world.engine.stats();
    assert.deepEqual([running, waiting, cellsUsed], [0, 0, 0]);
    let held = 0;
    for (let slot = 0; slot < world.runtime.sequenceLimit; slot++) held += world.runtime.held(slot).length;
    assert.equal(cellsCached, held);
    assert.deepEqual(world.errors, []);
  });
}

function withForm(one: ReturnType<typeof request>, output: string | undefined) {
  return output === undefined ? one : { ...one, options: { ...one.options, output } };
}

test('predictions, cancelled at any moment and with a model that fails, leave true books', () => {
  const draw = drawsFrom(9);
  let failing = false;
  const world = setUp({
    ...CONTEXT,
    onDecode: () => {
      if (failing) throw new Error('boom');
    },
  });
  const open: number[] = [];
  for (let i = 0; i < 1500; i++) {
    const prediction = ids('abcdefghijklmnopqrstuvwxyz '.repeat(2).slice(draw(20)));
    const one = request({
      n: 1 + draw(3),
      sampling: { ignoreEos: true },
      prediction,
      maxTokens: 1 + draw(40),
    });
    world.engine.add(one);
    open.push(one.id);
    failing = draw(100) === 0;
    if (draw(2)) world.engine.step();
    while (open.length > draw(8)) world.engine.cancel(open.splice(draw(open.length), 1)[0]);
  }
  failing = false;
  for (const id of open) world.engine.cancel(id);
  world.engine.step();
  const { running, waiting, cellsUsed } = world.engine.stats();
  assert.deepEqual([running, waiting, cellsUsed, world.engine.busy], [0, 0, 0, false]);
  assert.ok(world.errors.every((error) => String(error) === 'Error: boom'));
});

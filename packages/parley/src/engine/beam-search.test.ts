/** Beam search on the toy model, against a search without cache, batches or slots, and against all possible answers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { request, setUp, type Wish } from './engine.fixture.ts';
import { type ToyRuntimeOptions, toyLogits } from './toy/runtime.ts';
import { TOY_END } from './toy/vocabulary.ts';

type World = ReturnType<typeof setUp>;
const RUNTIME: ToyRuntimeOptions = { contextLength: 48, sequenceLimit: 12, batchLimit: 32 };
const PARALLEL = 10;
const SIZE = 260;
const bytesOf = (text: string) => [...new TextEncoder().encode(text)];

interface Found {
  readonly tokens: readonly number[];
  readonly score: number;
}
interface Query {
  readonly prompt: string;
  readonly width: number;
  readonly lengthPenalty: number;
  readonly maxTokens: number;
  readonly ending: readonly number[];
  readonly allowed?: readonly number[];
  readonly minTokens?: number;
}

function logprobsOf(tokens: readonly number[], isAllowed: (token: number) => boolean): number[] {
  const logits = [...toyLogits(tokens, SIZE)].map((logit, id) => (isAllowed(id) ? logit : -Infinity));
  const max = Math.max(...logits);
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - max), 0);
  return logits.map((logit) => logit - max - Math.log(sum));
}

/** The algorithm as its documentation says, on whole token lists. */
function searched({
  prompt,
  width,
  lengthPenalty,
  maxTokens,
  ending,
  allowed,
  minTokens = 0,
}: Query): Found[] {
  const start = bytesOf(prompt);
  let beams: { tokens: number[]; sum: number }[] = [{ tokens: [], sum: 0 }];
  let answers: Found[] = [];
  const keep = (tokens: number[], sum: number) => {
    answers.push({ tokens, score: sum / tokens.length ** lengthPenalty });
    answers = answers.sort((a, b) => b.score - a.score).slice(0, width);
  };
  for (let length = 1; length <= maxTokens && beams.length > 0; length++) {
    const going: typeof beams = [];
    for (const { tokens, sum } of beams) {
      const isAllowed = (id: number) =>
        (allowed?.includes(id) ?? true) && !(tokens.length < minTokens && ending.includes(id));
      const logprobs = logprobsOf([...start, ...tokens], isAllowed);
      const best = [...logprobs.keys()]
        .filter((id) => logprobs[id]! > -Infinity)
        .sort((a, b) => logprobs[b]! - logprobs[a]! || a - b)
        .slice(0, 2 * width);
      for (const id of best) {
        if (ending.includes(id)) keep([...tokens, id], sum + logprobs[id]!);
        else going.push({ tokens: [...tokens, id], sum: sum + logprobs[id]! });
      }
    }
    beams = going.sort((a, b) => b.sum - a.sum).slice(0, width);
    const best = beams[0];
    const worst = answers[width - 1];
    if (best && worst && worst.score >= best.sum / length ** lengthPenalty) return answers;
  }
  for (const { tokens, sum } of beams) keep(tokens, sum);
  return answers;
}

function wish({ prompt, width, lengthPenalty, maxTokens, ending, allowed, minTokens = 0 }: Query): Wish {
  const stopTokenIds = ending.filter((id) => id !== TOY_END);
  const ignoreEos = !ending.includes(TOY_END);
  const sampling = { stopTokenIds, ignoreEos, minTokens, logprobs: 1, allowedTokenIds: allowed };
  return { prompt, n: width, maxTokens, sampling, beams: { lengthPenalty } };
}

/** Token ids of each choice, from its log probabilities; ending tokens are not among them. */
function answersOf({ updates }: World, id: number): number[][] {
  const answers: number[][] = [];
  for (const update of updates) {
    if (update.request !== id) continue;
    if (update.kind === 'end') answers[update.choice] ??= [];
    if (update.kind !== 'text') continue;
    answers[update.choice] ??= [];
    answers[update.choice]!.push(...(update.tokens ?? []).map((token) => token.id));
  }
  return answers;
}

const withoutEnd = (found: readonly Found[], ending: readonly number[]) =>
  found.map(({ tokens }) => tokens.filter((token, i) => i < tokens.length - 1 || !ending.includes(token)));

function run(query: Query, runtime = RUNTIME): { world: World; id: number } {
  const world = setUp(runtime, PARALLEL);
  const one = request(wish(query));
  world.engine.add(one);
  world.finish();
  assert.deepEqual(world.errors, []);
  return { world, id: one.id };
}

function assertIdle({ engine }: World): void {
  const { running, waiting, cellsUsed } = engine.stats();
  assert.deepEqual([running, waiting, cellsUsed, engine.busy], [0, 0, 0, false]);
}

const QUERIES: Query[] = [1, 2, 3, 4, 7, 10].flatMap((width) =>
  [0, 0.5, 1, 2, -1].flatMap((lengthPenalty, i) => [
    { prompt: `prompt ${width}`, width, lengthPenalty, maxTokens: 10 + i, ending: [TOY_END] },
    { prompt: `ending ${i}`, width, lengthPenalty, maxTokens: 12, ending: [TOY_END, 101, 32], minTokens: i },
    { prompt: 'no end', width, lengthPenalty, maxTokens: 6, ending: [] },
  ]),
);

test('finds what a search over whole token lists finds', () => {
  let ended = 0;
  for (const query of QUERIES) {
    for (const partialPrefix of [true, false]) {
      const { world, id } = run(query, { ...RUNTIME, partialPrefix });
      const expected = searched(query);
      assert.deepEqual(answersOf(world, id), withoutEnd(expected, query.ending), JSON.stringify(query));
      for (const [choice, { tokens }] of expected.entries()) {
        const last = tokens.at(-1) ?? -1;
        const end = world.endOf(id, choice);
        const stopped = query.ending.includes(last);
        assert.equal(end?.reason, stopped ? 'stop' : 'length');
        assert.equal(end?.stop, stopped && last !== TOY_END ? last : undefined);
        if (stopped) ended++;
      }
      const count = expected.reduce((sum, { tokens }) => sum + tokens.length, 0);
      assert.equal(world.doneOf(id)?.usage.completionTokens, count);
      assertIdle(world);
    }
  }
  assert.ok(ended > 50, `${ended} answers ended with a token`);
});

test('wide enough, it finds the best of all possible answers', () => {
  const allowed = [97, 98, 99];
  for (const prompt of ['one', 'two', 'three']) {
    const query = { prompt, width: 9, lengthPenalty: 1, maxTokens: 3, ending: [], allowed };
    const { world, id } = run(query);
    const all = allowed.flatMap((a) => allowed.flatMap((b) => allowed.map((c) => [a, b, c])));
    const sum = (tokens: number[]) =>
      tokens.reduce((total, token, i) => {
        const before = [...bytesOf(prompt), ...tokens.slice(0, i)];
        return total + logprobsOf(before, (other) => allowed.includes(other))[token]!;
      }, 0);
    const best = all.sort((a, b) => sum(b) - sum(a)).slice(0, 9);
    assert.deepEqual(answersOf(world, id), best);
  }
});

test('log probabilities are those of the model, also where a bias changes the search', () => {
  const world = setUp(RUNTIME, PARALLEL);
  const sampling = { ignoreEos: true, logprobs: 2, logitBias: [[48, 14] as const, [97, -100] as const] };
  const one = request({ n: 2, maxTokens: 4, sampling, beams: { lengthPenalty: 1 } });
  world.engine.add(one);
  world.finish();
  const tokens = world.updates.flatMap((update) => (update.kind === 'text' ? (update.tokens ?? []) : []));
  assert.equal(tokens.length, 8);
  assert.ok(tokens.some(({ id }) => id === 48) && tokens.every(({ id }) => id !== 97));
  for (const choice of [0, 1]) {
    const before = bytesOf('hello');
    for (const token of tokens.slice(4 * choice, 4 * choice + 4)) {
      const raw = logprobsOf(before, () => true);
      assert.ok(Math.abs(token.logprob - raw[token.id]!) < 1e-5);
      const best = [...raw].sort((a, b) => b - a).slice(0, 2);
      assert.ok(token.top.every(({ logprob }, i) => Math.abs(logprob - best[i]!) < 1e-5));
      before.push(token.id);
    }
  }
});

test('fewer answers than asked for are told as they are', () => {
  const { world, id } = run({
    prompt: 'x',
    width: 4,
    lengthPenalty: 1,
    maxTokens: 1,
    ending: [],
    allowed: [97, 98],
  });
  assert.equal(answersOf(world, id).length, 2);
  assert.equal(world.doneOf(id)?.usage.completionTokens, 2);
  assertIdle(world);
});

test('a prompt is computed once, each beam takes a row a step, and the prompt is told before the answers', () => {
  const query = { prompt: 'twenty-two tokens long', width: 4, lengthPenalty: 1, maxTokens: 5, ending: [] };
  const { world, id } = run(query);
  assert.equal(world.runtime.counts.tokens, 22 + 4 * 4);
  const [first] = world.updates.filter((update) => update.request === id);
  assert.deepEqual(first, { kind: 'prompt', request: id, promptTokens: 22, cachedTokens: 0 });
  const timing = world.doneOf(id)?.timing;
  assert.ok(timing && timing.promptSeconds < timing.completionSeconds);
});

test('no token left, and more beams than can run, are a 400', () => {
  const world = setUp(RUNTIME, PARALLEL);
  const sampling = { allowedTokenIds: [TOY_END], minTokens: 2 };
  const none = request({ n: 2, sampling, beams: { lengthPenalty: 1 } });
  world.engine.add(none);
  world.finish();
  const failed = world.updates.find((update) => update.kind === 'failed');
  assert.equal(failed?.error.status, 400);
  assert.throws(() => world.engine.add(request({ n: 11, beams: { lengthPenalty: 1 } })), {
    status: 400,
    param: 'n',
    message: /at most 10 .*11/,
  });
  const output = JSON.stringify({ constraint: { regex: 'a' }, options: {}, param: 'response_format' });
  const formed = request({ beams: { lengthPenalty: 1 } });
  assert.throws(() => world.engine.add({ ...formed, options: { ...formed.options, output } }), {
    status: 400,
    param: 'response_format',
  });
  assertIdle(world);
});

test('searches that together need more places than there are come one after the other, in turn', () => {
  const world = setUp(RUNTIME, PARALLEL);
  const narrow = (prompt: string) => request({ prompt, maxTokens: 3, sampling: { ignoreEos: true } });
  const wide = Array.from({ length: 4 }, (_, i) =>
    request(wish({ prompt: `wide ${i}`, width: 7, lengthPenalty: 1, maxTokens: 3, ending: [] })),
  );
  const all = wide.flatMap((one, i) => [one, narrow(`narrow ${i}`), narrow(`more ${i}`)]);
  for (const one of all) world.engine.add(one);
  world.finish();
  const done = world.updates.flatMap((update) => (update.kind === 'done' ? [update.request] : []));
  const order = wide.map(({ id }) => done.indexOf(id));
  assert.deepEqual(
    order,
    order.toSorted((a, b) => a - b),
  );
  assert.equal(done.length, all.length);
  assertIdle(world);
});

function drawsFrom(seed: number): (below: number) => number {
  let state = seed * 7919;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) % below;
  };
}

for (const seed of [1, 2, 3, 4]) {
  test(`beside other requests, cancelled and failed at random, every search finds the same, seed ${seed}`, () => {
    const draw = drawsFrom(seed);
    let failing = false;
    const world = setUp(
      {
        ...RUNTIME,
        partialPrefix: seed % 2 === 0,
        onDecode: () => {
          if (failing) throw new Error('boom');
        },
      },
      PARALLEL,
    );
    const open = new Map<number, Query | undefined>();
    let compared = 0;
    for (let step = 0; step < 900; step++) {
      if (open.size < 8 && draw(3) === 0) {
        const query = QUERIES[draw(QUERIES.length)]!;
        const isSearch = draw(3) > 0;
        const prompt = 'abcdefghijklmnopqrst'.slice(0, 1 + draw(20));
        const one = request(isSearch ? wish(query) : { prompt, n: 1 + draw(3), maxTokens: 1 + draw(20) });
        world.engine.add(one);
        open.set(one.id, isSearch ? query : undefined);
      }
      failing = draw(150) === 0;
      const told = world.updates.length;
      world.engine.step();
      for (const update of world.updates.slice(told)) {
        if (update.kind !== 'done' && update.kind !== 'failed') continue;
        const query = open.get(update.request);
        open.delete(update.request);
        if (!query || update.kind === 'failed') continue;
        assert.deepEqual(answersOf(world, update.request), withoutEnd(searched(query), query.ending));
        compared++;
      }
      if (open.size === 0 || draw(25) > 0) continue;
      const [id] = [...open.keys()].slice(draw(open.size));
      world.engine.cancel(id!);
      open.delete(id!);
    }
    failing = false;
    world.finish();
    assert.ok(compared > 20, `${compared} compared`);
    assert.ok(world.errors.every((error) => String(error) === 'Error: boom'));
    assertIdle(world);
    let held = 0;
    for (let slot = 0; slot < world.runtime.sequenceLimit; slot++) held += world.runtime.held(slot).length;
    assert.equal(world.engine.stats().cellsCached, held);
  });
}

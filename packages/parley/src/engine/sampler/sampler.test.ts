import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '@parley/protocol/errors';
import type { SamplingOptions } from '../options.ts';
import { Random } from './random.ts';
import {
  acceptable,
  referenceLogits,
  referenceLogprobs,
  referenceProbabilities,
} from './reference.fixture.ts';
import { SequenceSampler } from './sampler.ts';
import {
  badWordsOf,
  below,
  END_OF_GENERATION,
  logitsOf,
  NEUTRAL,
  textOf,
  vocabularyOf,
} from './sampling.fixture.ts';
import { SamplerWorkspace } from './workspace.ts';

interface Walk {
  readonly size: number;
  readonly spread: number;
  readonly steps: number;
  readonly seed: bigint;
  /** How many of the tokens a mask allows. */
  readonly masked?: 'most' | 'few' | undefined;
}

function maskOf(size: number, masked: 'most' | 'few', random: Random): Uint32Array {
  const mask = new Uint32Array(Math.ceil(size / 32));
  if (masked === 'most') return mask.map(() => random.next32() | 7);
  for (let i = 0; i < 1 + below(random, size / 10); i++) {
    const id = below(random, size);
    mask[id >> 5]! |= 1 << (id & 31);
  }
  return mask;
}

/** Samples with the options given and checks every token against the reference; returns the tokens. */
function checkWalk(options: SamplingOptions, { size, spread, steps, seed, masked }: Walk): number[] {
  const random = new Random(seed + 1000n);
  const prompt = Array.from({ length: 10 }, () => below(random, size));
  const draws = new Random(seed);
  const sampler = new SequenceSampler(options, vocabularyOf(size), new SamplerWorkspace(size), prompt, seed);
  const completion: number[] = [];
  for (let i = 0; i < steps; i++) {
    const logits = logitsOf(size, spread, random);
    // Some equal logits, so that ties are met.
    for (let k = 0; k < size / 8; k++) logits[below(random, size)] = logits[below(random, size)]!;
    const copy = logits.slice();
    const mask = masked && maskOf(size, masked, random);
    const { token } = sampler.sample(logits, mask);
    assert.deepEqual(logits, copy, 'the logits were changed');
    const row = { logits, prompt, completion, endOfGeneration: END_OF_GENERATION, ...(mask && { mask }) };
    const changed = referenceLogits(options, row);
    const uniform = options.temperature === 0 ? 0 : draws.uniform();
    // Sums of 32-bit weights differ from the reference's; a draw or a bound within 2e-6 of a step may fall on either side.
    const allowed = new Set<number>();
    for (const nudge of [0, -2e-6, 2e-6]) {
      const nudged = {
        ...options,
        topP: Math.min(1, options.topP + nudge),
        minP: options.minP * (1 + nudge),
      };
      for (const t of acceptable(referenceProbabilities(nudged, changed), uniform, 2e-6)) allowed.add(t);
    }
    assert.ok(allowed.size <= 6);
    assert.ok(allowed.has(token), `step ${i}: ${token}, not ${[...allowed]}; ${JSON.stringify(options)}`);
    completion.push(token);
    assert.equal(sampler.count, completion.length);
  }
  return completion;
}

const SINGLE: Record<string, Partial<SamplingOptions>> = {
  neutral: {},
  greedy: { temperature: 0 },
  'temperature below 1': { temperature: 0.3 },
  'temperature above 1': { temperature: 1.9 },
  'top_p 0.9': { topP: 0.9 },
  'top_p 0.1': { topP: 0.1 },
  'top_p almost 1': { topP: 0.9999999 },
  'top_k 1': { topK: 1 },
  'top_k 5': { topK: 5 },
  'top_k 200': { topK: 200 },
  'top_k beyond the vocabulary': { topK: 100_000 },
  'min_p 0.2': { minP: 0.2 },
  'min_p 1': { minP: 1 },
  'top_k and top_p': { topK: 40, topP: 0.8 },
  'min_p and top_p': { minP: 0.1, topP: 0.8 },
  'repetition above 1': { repetitionPenalty: 1.5 },
  'repetition below 1': { repetitionPenalty: 0.5, temperature: 0 },
  frequency: { frequencyPenalty: 1.5, temperature: 0.5 },
  presence: { presencePenalty: -1, temperature: 0.5 },
  'logit bias': {
    logitBias: [
      [3, 50],
      [5, -3.5],
      [4, -100],
    ],
    temperature: 2,
  },
};

for (const [name, options] of Object.entries(SINGLE)) {
  test(`agrees with the reference: ${name}`, () => {
    for (const size of [7, 64, 300, 1500]) {
      for (const spread of [0.5, 3])
        checkWalk({ ...NEUTRAL, ...options }, { size, spread, steps: 20, seed: 11n });
    }
  });
  test(`agrees with the reference under a mask: ${name}`, () => {
    for (const size of [300, 1500]) {
      for (const masked of ['most', 'few'] as const) {
        checkWalk({ ...NEUTRAL, ...options }, { size, spread: 2, steps: 40, seed: 12n, masked });
        const several = { ...NEUTRAL, minP: 0.01, topK: 30, topP: 0.9, logprobs: 2, ...options };
        checkWalk(several, { size, spread: 2, steps: 20, seed: 13n, masked });
      }
    }
  });
}

test('agrees with the reference in random combinations', () => {
  const random = new Random(77n);
  const maybe = <T>(value: T, otherwise: T): T => (random.uniform() < 0.4 ? value : otherwise);
  for (let round = 0; round < 250; round++) {
    const size = 30 + below(random, 600);
    const token = () => 3 + below(random, 27);
    const letter = () => textOf(3 + below(random, 23));
    const options: SamplingOptions = {
      ...NEUTRAL,
      temperature: maybe(0, 0.2 + random.uniform() * 1.8),
      topP: maybe(0.05 + random.uniform() * 0.9, 1),
      topK: maybe(1 + below(random, 60), 0),
      minP: maybe(random.uniform() * 0.3, 0),
      repetitionPenalty: maybe(0.7 + random.uniform(), 1),
      frequencyPenalty: maybe(random.uniform() * 4 - 2, 0),
      presencePenalty: maybe(random.uniform() * 4 - 2, 0),
      logitBias: maybe(
        [
          [token(), 100],
          [token(), -100],
          [0, 5],
          [token(), 100],
        ],
        [[2, -100]],
      ),
      allowedTokenIds: maybe([0, 1, 2, ...Array.from({ length: 20 }, token)], undefined),
      badWords: maybe(badWordsOf([letter(), letter() + letter(), 'aa'], vocabularyOf(size)), undefined),
      minTokens: maybe(4, 0),
      ignoreEos: maybe(true, false),
      stopTokenIds: maybe([token(), token()], []),
      logprobs: maybe(below(random, 21), undefined),
    };
    const masked = random.uniform() < 0.3 ? 'most' : undefined;
    checkWalk(options, { size, spread: 2, steps: 8, seed: BigInt(round), masked });
  }
});

test('top_p is exact where the nucleus is two thirds of 150,000 tokens', () => {
  const size = 150_000;
  const options = { ...NEUTRAL, topP: 0.7 };
  const sampler = new SequenceSampler(options, vocabularyOf(size), new SamplerWorkspace(size), [], 5n);
  const logits = logitsOf(size, 0.1, new Random(8n));
  const nucleus = referenceProbabilities(options, Array.from(logits)).filter((p) => p > 0).length;
  assert.ok(nucleus > 98_000);
  checkWalk(options, { size, spread: 0.1, steps: 2, seed: 5n });
  const least = [...logits].sort((a, b) => b - a)[nucleus - 1]!;
  for (let i = 0; i < 100; i++) assert.ok(logits[sampler.sample(logits).token]! >= least);
});

test('equal logits: the nucleus is the lowest ids, and a draw is spread over them', () => {
  const size = 1000;
  const sampler = new SequenceSampler(
    { ...NEUTRAL, topP: 0.25 },
    vocabularyOf(size),
    new SamplerWorkspace(size),
    [],
    1n,
  );
  const seen = new Set<number>();
  for (let i = 0; i < 5000; i++) seen.add(sampler.sample(new Float32Array(size)).token);
  assert.equal(seen.size, 250);
  assert.equal(Math.max(...seen), 249);
});

const SHAPES: Partial<SamplingOptions>[] = [
  {},
  { temperature: 0.6 },
  { topP: 0.8 },
  { topK: 20, minP: 0.02 },
];

for (const shape of SHAPES) {
  test(`draws follow the distribution: ${JSON.stringify(shape)}`, () => {
    const size = 200;
    const options = { ...NEUTRAL, ...shape };
    const logits = logitsOf(size, 1.2, new Random(21n));
    const p = referenceProbabilities(options, Array.from(logits));
    const sampler = new SequenceSampler(options, vocabularyOf(size), new SamplerWorkspace(size), [], 99n);
    const counts = new Array<number>(size).fill(0);
    const draws = 100_000;
    for (let i = 0; i < draws; i++) counts[sampler.sample(logits).token]! += 1;
    let chiSquare = 0;
    let kinds = 0;
    for (const [i, probability] of p.entries()) {
      if (probability === 0) assert.equal(counts[i], 0);
      else {
        chiSquare += (counts[i]! - probability * draws) ** 2 / (probability * draws);
        kinds++;
      }
    }
    // Mean kinds - 1, variance twice that: five standard deviations.
    assert.ok(
      kinds > 10 && chiSquare < kinds - 1 + 5 * Math.sqrt(2 * kinds),
      `${chiSquare} over ${kinds} tokens`,
    );
    assert.ok(chiSquare > (kinds - 1) / 3, `${chiSquare} is too even for chance`);
  });
}

test('the same seed gives the same tokens whatever runs beside it; another seed gives others', () => {
  const size = 500;
  const workspace = new SamplerWorkspace(size);
  const rows = Array.from({ length: 30 }, (_, i) => logitsOf(size, 2, new Random(BigInt(i))));
  const make = (seed: bigint, options: Partial<SamplingOptions> = {}) =>
    new SequenceSampler({ ...NEUTRAL, topP: 0.9, ...options }, vocabularyOf(size), workspace, [], seed);
  const alone = make(3n);
  const expected = rows.map((row) => alone.sample(row).token);
  const again = make(3n);
  const neighbours = [
    make(4n, { topK: 3, logprobs: 20 }),
    make(5n, { repetitionPenalty: 2, allowedTokenIds: [7] }),
  ];
  const tokens = rows.map((row, i) => {
    neighbours[i % 2]!.sample(rows[29 - i]!);
    return again.sample(row).token;
  });
  assert.deepEqual(tokens, expected);
  const other = make(4n);
  assert.notDeepEqual(
    rows.map((row) => other.sample(row).token),
    expected,
  );
});

test('log probabilities are those of the raw distribution, the list is sorted, ties by id', () => {
  for (const size of [3, 20, 100, 5000]) {
    const logits = logitsOf(size, 4, new Random(BigInt(size)));
    logits[1] = logits[2]!;
    const expected = referenceLogprobs(logits);
    const order = [...expected.keys()].sort((a, b) => logits[b]! - logits[a]! || a - b);
    for (const logprobs of [0, 1, 5, 20]) {
      const options = {
        ...NEUTRAL,
        logprobs,
        temperature: 0.5,
        topK: 2,
        repetitionPenalty: 3,
        logitBias: [[0, 100]] as const,
      };
      const sampler = new SequenceSampler(
        options,
        vocabularyOf(size),
        new SamplerWorkspace(size),
        [0, 1],
        1n,
      );
      const { token, logprob, top } = sampler.sample(logits);
      assert.equal(token, 0);
      assert.ok(Math.abs(logprob! - expected[0]!) < 1e-4);
      assert.deepEqual(
        top!.map((entry) => entry.token),
        order.slice(0, logprobs),
      );
      for (const entry of top!) assert.ok(Math.abs(entry.logprob - expected[entry.token]!) < 1e-4);
    }
  }
});

test('log probabilities never exceed 0, and impossible tokens fill the list up', () => {
  const logits = new Float32Array([-Infinity, 30, -Infinity, -Infinity, 2]);
  const sampler = new SequenceSampler(
    { ...NEUTRAL, logprobs: 4 },
    vocabularyOf(5),
    new SamplerWorkspace(5),
    [],
    1n,
  );
  const { token, logprob, top } = sampler.sample(logits);
  assert.equal(token, 1);
  assert.ok(logprob! <= 0 && logprob! > -1e-6);
  assert.deepEqual(
    top!.map((entry) => entry.token),
    [1, 4, 0, 2],
  );
  assert.equal(top![3]!.logprob, -Infinity);
  const without = new SequenceSampler(NEUTRAL, vocabularyOf(5), new SamplerWorkspace(5), [], 1n);
  assert.deepEqual(without.sample(logits), { token: 1 });
});

test('logits that are not numbers are an error of the model', () => {
  for (const bad of [NaN, Infinity]) {
    const logits = new Float32Array(100);
    logits[70] = bad;
    const sampler = new SequenceSampler(NEUTRAL, vocabularyOf(100), new SamplerWorkspace(100), [], 1n);
    assert.throws(
      () => sampler.sample(logits),
      (error) => error instanceof ApiError && error.status === 500,
    );
    assert.equal(sampler.count, 0);
  }
  const nothing = new Float32Array(100).fill(-Infinity);
  const sampler = new SequenceSampler(NEUTRAL, vocabularyOf(100), new SamplerWorkspace(100), [], 1n);
  assert.throws(
    () => sampler.sample(nothing),
    (error) => error instanceof ApiError && error.status === 500,
  );
});

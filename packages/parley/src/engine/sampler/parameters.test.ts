import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '@parley/protocol/errors';
import type { SamplingOptions } from '../options.ts';
import { SequenceSampler } from './sampler.ts';
import { badWordsOf, NEUTRAL, vocabularyOf } from './sampling.fixture.ts';
import { SamplerWorkspace } from './workspace.ts';

const SIZE = 40;
const GREEDY = { ...NEUTRAL, temperature: 0 };

/** Token 1 (end of generation) is best, then 5, then 6, then 7; the others are equal. */
const LOGITS = new Float32Array(SIZE);
LOGITS[1] = 9;
LOGITS[5] = 8;
LOGITS[6] = 7;
LOGITS[7] = 6;

function sampler(
  options: Partial<SamplingOptions>,
  prompt: readonly number[] | Int32Array = [],
): SequenceSampler {
  return new SequenceSampler(
    { ...GREEDY, ...options },
    vocabularyOf(SIZE),
    new SamplerWorkspace(SIZE),
    prompt,
    1n,
  );
}

function tokens(
  options: Partial<SamplingOptions>,
  count: number,
  prompt?: readonly number[] | Int32Array,
): number[] {
  const source = sampler(options, prompt);
  return Array.from({ length: count }, () => source.sample(LOGITS).token);
}

function refuses(options: Partial<SamplingOptions>, param: string): void {
  const is400 = (error: unknown) =>
    error instanceof ApiError && error.status === 400 && error.param === param;
  assert.throws(() => sampler(options), is400);
}

test('min_tokens keeps end-of-generation and stop tokens away for so many tokens', () => {
  assert.deepEqual(tokens({}, 2), [1, 1]);
  assert.deepEqual(tokens({ minTokens: 2 }, 3), [5, 5, 1]);
  assert.deepEqual(tokens({ minTokens: 2, stopTokenIds: [5] }, 3), [6, 6, 1]);
});

test('ignore_eos makes end-of-generation a token as any other, for min_tokens too', () => {
  assert.deepEqual(tokens({ minTokens: 2, ignoreEos: true }, 2), [1, 1]);
});

const bad = (...words: string[]) => badWordsOf(words, vocabularyOf(SIZE));

test('bad words: tokens that contain one never, tokens that complete one only behind its beginning', () => {
  // Tokens 1, 5, 6 and 7 are the letters b, f, g and h.
  assert.deepEqual(tokens({ ignoreEos: true, badWords: bad('b') }, 2), [5, 5]);
  assert.deepEqual(tokens({ ignoreEos: true, badWords: bad('b', 'ff') }, 4), [5, 6, 5, 6]);
  assert.deepEqual(tokens({ ignoreEos: true, badWords: bad('b', 'fgf', 'ff') }, 6), [5, 6, 6, 5, 6, 6]);
});

test('bad words leave alone what ends the text and adds nothing to it', () => {
  assert.deepEqual(tokens({ badWords: bad('b') }, 2), [1, 1]);
  assert.deepEqual(tokens({ minTokens: 1, stopTokenIds: [5], badWords: bad('b', 'f') }, 2), [6, 1]);
  assert.deepEqual(tokens({ allowedTokenIds: [5, 6], stopTokenIds: [1], badWords: bad('f') }, 2), [6, 6]);
  const shown = badWordsOf(['b'], vocabularyOf(SIZE), { includeStop: true });
  assert.deepEqual(tokens({ badWords: shown }, 2), [5, 5]);
});

test('bad words look at the completion, not at the prompt', () => {
  assert.deepEqual(tokens({ ignoreEos: true, badWords: bad('b', 'ff') }, 2, [5]), [5, 6]);
});

test('logit bias -100 bans whatever the logits, 100 forces whatever the logits', () => {
  assert.deepEqual(tokens({ logitBias: [[1, -100]] }, 1), [5]);
  const source = sampler({
    logitBias: [
      [20, 100],
      [21, 100],
      [1, 99],
    ],
  });
  const logits = LOGITS.slice();
  logits[1] = 5000;
  logits[21] = -4000;
  logits[20] = -4001;
  assert.equal(source.sample(logits).token, 21);
});

test('100 forces among what is allowed, and gives way where all of it is banned', () => {
  assert.deepEqual(tokens({ logitBias: [[1, 100]], minTokens: 1 }, 2), [5, 1]);
  const source = sampler({
    logitBias: [
      [1, 100],
      [30, 100],
    ],
  });
  const mask = new Uint32Array([1 << 30, 0]);
  assert.equal(source.sample(LOGITS, mask).token, 30);
  mask[0] = 1 << 6;
  assert.equal(source.sample(LOGITS, mask).token, 6);
});

test('several biases on tokens: each is added', () => {
  assert.deepEqual(
    tokens(
      {
        logitBias: [
          [6, 2.5],
          [7, 3],
        ],
      },
      1,
    ),
    [6],
  );
});

test('allowed_token_ids leaves nothing else', () => {
  assert.deepEqual(tokens({ allowedTokenIds: [33, 7] }, 2), [7, 7]);
  // Token 33 is ah.
  assert.deepEqual(tokens({ allowedTokenIds: [33, 7], badWords: bad('hh') }, 3), [7, 33, 33]);
});

test('presence counts once, frequency each time, repetition also the prompt', () => {
  assert.deepEqual(tokens({ presencePenalty: 1.5 }, 4), [1, 5, 1, 1]);
  assert.deepEqual(tokens({ frequencyPenalty: 0.6 }, 4), [1, 1, 5, 1]);
  assert.deepEqual(tokens({ repetitionPenalty: 2 }, 1, [1, 5]), [6]);
  assert.deepEqual(tokens({ repetitionPenalty: 2 }, 1, Int32Array.of(1, 5, 6)), [7]);
  assert.deepEqual(tokens({ presencePenalty: 2, frequencyPenalty: 2 }, 1, [1, 5]), [1]);
});

test('repetition_penalty multiplies negative logits', () => {
  const source = sampler({ repetitionPenalty: 3 }, [0]);
  const logits = new Float32Array(SIZE).fill(-2.5);
  logits[0] = -1;
  assert.equal(source.sample(logits).token, 1);
});

test('a mask allows exactly its bits, for greedy and for drawn tokens', () => {
  const mask = new Uint32Array([1 << 12, 1 << 3]);
  assert.equal(sampler({}).sample(LOGITS, mask).token, 12);
  const source = sampler({ temperature: 1 });
  const seen = new Set(Array.from({ length: 60 }, () => source.sample(LOGITS, mask).token));
  assert.deepEqual([...seen].sort(), [12, 35]);
});

test('the parameter that takes the last token is named', () => {
  const fails = (
    options: Partial<SamplingOptions>,
    param: string | null,
    pattern: RegExp,
    mask?: Uint32Array,
  ) => {
    const source = sampler(options);
    assert.throws(
      () => source.sample(LOGITS, mask),
      (error) =>
        error instanceof ApiError &&
        error.status === 400 &&
        error.param === param &&
        pattern.test(error.message),
    );
    assert.equal(source.count, 0);
  };
  fails({ allowedTokenIds: [4], badWords: bad('e') }, 'bad_words', /together with allowed_token_ids/);
  fails({ allowedTokenIds: [1], minTokens: 1 }, 'min_tokens', /leaves no token/);
  fails({ allowedTokenIds: [4], logitBias: [[4, -100]] }, 'logit_bias', /leaves no token/);
  fails(
    { allowedTokenIds: [4] },
    null,
    /output format together with allowed_token_ids/,
    new Uint32Array([1, 0]),
  );
  fails({}, null, /^The output format leaves no token/, new Uint32Array(2));
});

test('a penalty that overflows is refused', () => {
  const source = sampler({ repetitionPenalty: 1e-42 }, [5]);
  assert.throws(
    () => source.sample(LOGITS),
    (error) => error instanceof ApiError && error.param === 'repetition_penalty',
  );
});

test('tokens outside the vocabulary are refused by the name of their place', () => {
  refuses({ allowedTokenIds: [3, SIZE] }, 'allowed_token_ids[1]');
  refuses({ allowedTokenIds: [] }, 'allowed_token_ids');
  refuses({ logitBias: [[-1, 2]] }, 'logit_bias.-1');
  refuses({ stopTokenIds: [1.5] }, 'stop_token_ids[0]');
});

test('temperatures next to 0 are greedy, and small ones do not overflow', () => {
  assert.deepEqual(tokens({ temperature: 1e-9 }, 2), [1, 1]);
  assert.deepEqual(tokens({ temperature: 2e-5, topP: 0.9, minP: 0.1 }, 2), [1, 1]);
  assert.deepEqual(tokens({ temperature: 2e-5, topP: 0.9 }, 2), [1, 1]);
});

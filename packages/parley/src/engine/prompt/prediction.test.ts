import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Tokenizer } from '../runtime.ts';
import { ToyTokenizer } from '../toy/vocabulary.ts';
import { predictedTokens } from './prediction.ts';

const LIMITS = { tokenizer: new ToyTokenizer(), contextLength: 20, longestToken: () => 4 };
const predict = (content: string | { type: 'text'; text: string }[]) =>
  predictedTokens({ prediction: { type: 'content', content } }, LIMITS);

test('text and text parts become tokens; names of control tokens stay text', () => {
  assert.equal(predictedTokens({}, LIMITS), undefined);
  assert.equal(predictedTokens({ prediction: null }, LIMITS), undefined);
  assert.deepEqual(predict('ab'), [97, 98]);
  assert.deepEqual(
    predict([
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ]),
    [97, 98],
  );
  assert.deepEqual(predict(''), []);
  assert.equal(predict('<|end|>')?.length, 7);
});

test('what no answer could hold is a 400, before it is tokenised where its length tells', () => {
  assert.equal(predict('x'.repeat(19))?.length, 19);
  const refused = { status: 400, param: 'prediction.content', code: 'context_length_exceeded' };
  assert.throws(() => predict('x'.repeat(20)), { ...refused, message: /has 20 tokens.* 20 tokens/ });
  const tokenizer: Tokenizer = { ...LIMITS.tokenizer, tokenize: () => assert.fail(), close: () => {} };
  const content = 'x'.repeat(80);
  assert.throws(
    () => predictedTokens({ prediction: { type: 'content', content } }, { ...LIMITS, tokenizer }),
    { ...refused, message: /has at least 20 tokens/ },
  );
});

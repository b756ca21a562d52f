import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { QUANTIZED_MODEL } from '../llama/shipped-model.ts';
import { loadTokenizer } from '../llama/tokenizer.ts';
import type { Tokenizer } from '../runtime.ts';
import { keptTokens, tailFor } from './truncate.ts';

let tokenizer: Tokenizer;
before(async () => {
  tokenizer = await loadTokenizer(QUANTIZED_MODEL);
});
after(() => tokenizer.close());

test('-1 leaves room for the answer, whichever limit names it; other numbers stand for themselves', () => {
  const cases = [
    [{}, undefined],
    [{ truncate_prompt_tokens: null }, undefined],
    [{ truncate_prompt_tokens: 5, max_tokens: 90 }, 5],
    [{ truncate_prompt_tokens: 5000 }, 5000],
    [{ truncate_prompt_tokens: -1 }, 99],
    [{ truncate_prompt_tokens: -1, max_tokens: 10 }, 90],
    [{ truncate_prompt_tokens: -1, max_tokens: 0 }, 99],
    [{ truncate_prompt_tokens: -1, max_completion_tokens: 20, max_tokens: 10 }, 80],
    [{ truncate_prompt_tokens: -1, min_tokens: 30 }, 70],
    [{ truncate_prompt_tokens: -1, max_tokens: 500 }, 1],
  ] as const;
  for (const [parameters, kept] of cases) {
    assert.equal(keptTokens(parameters, 100), kept, JSON.stringify(parameters));
  }
});

test('the end of a long text has the same last tokens as the whole, wherever it is cut', () => {
  const words = ['the ', 'cat', ' sat—', 'on\n\n', 'été 漢字 ', '🙂', '  ', 'unbelievably', '12345 '];
  let state = 5;
  const random = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) % below;
  };
  const tokenize = (text: string) => tokenizer.tokenize(text, { special: true, addBos: false });
  for (let round = 0; round < 20; round++) {
    const text = Array.from({ length: 12_000 }, () => words[random(words.length)]).join('');
    const kept = 1 + random(400);
    const tail = tailFor(text, kept, 8);
    assert.ok(tail.length < text.length && text.endsWith(tail));
    assert.deepEqual(tokenize(tail.toWellFormed()).slice(-kept), tokenize(text).slice(-kept));
  }
});

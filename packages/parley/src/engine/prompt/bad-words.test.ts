import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '@parley/protocol/errors';
import { ToyVocabulary } from '../toy/vocabulary.ts';
import { BadWordFinder } from './bad-words.ts';

const finder = new BadWordFinder(new ToyVocabulary());

test('finds the tokens that contain a word, names of control tokens included', () => {
  assert.equal(finder.prepare([]), undefined);
  const found = (...words: string[]) => [...(finder.prepare(words)?.containing ?? [])];
  assert.deepEqual(found('h'), [104, 259]);
  assert.deepEqual(found('the', 'q', 'q'), [113, 259]);
  assert.deepEqual(found('en', 'zebra'), [256]);
  assert.deepEqual(found(' '), [32]);
  assert.deepEqual(found('there'), []);
});

test('refuses words that are in no text, or in every one', () => {
  for (const word of ['', '\ufffd', 'a\ud800', '\udc00b']) {
    assert.throws(
      () => finder.prepare(['fine', word]),
      (error) => error instanceof ApiError && error.status === 400 && error.param === 'bad_words[1]',
    );
  }
});

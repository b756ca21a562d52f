import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findMark, heldBack } from './marker-scanner.ts';

const MARKS = ['<tool>', '\n</tool>', '[['];

test('the first mark is found', () => {
  assert.deepEqual(findMark('a\n</tool> <tool>', MARKS), { at: 1, mark: '\n</tool>' });
  assert.deepEqual(findMark('a[[[', MARKS), { at: 1, mark: '[[' });
  assert.equal(findMark('<tool <too', MARKS), undefined);
});

test('only what may begin a mark is held back', () => {
  const held = (text: string) => heldBack(text, MARKS);
  assert.equal(held('a <tool'), 5);
  assert.equal(held('a <tool '), 0);
  assert.equal(held('a\n</'), 3);
  assert.equal(held('a\n<t'), 2);
  assert.equal(held('['), 1);
  assert.equal(held('<<'), 1);
  assert.equal(held(''), 0);
  assert.equal(heldBack('text', []), 0);
});

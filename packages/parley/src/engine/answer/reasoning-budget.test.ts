import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReasoningBudget } from './reasoning-budget.ts';

const MARKS = { begin: '<think>', end: '</think>', closing: [7, 8] };

/** How many tokens, of one character each, the model may write before it is stopped. */
function freeFor(budget: ReasoningBudget, text: string): number {
  let count = 0;
  for (const each of text) {
    if (budget.next !== undefined) return count;
    budget.advance(Buffer.from(each));
    count++;
  }
  return budget.next === undefined ? Infinity : count;
}

test('an open block is closed when its tokens are used up, token by token', () => {
  const budget = new ReasoningBudget({ ...MARKS, limit: 5, isOpen: true });
  assert.equal(freeFor(budget, 'abcdefgh'), 5);
  assert.equal(budget.next, 7);
  budget.advance(Buffer.from('</think>'));
  assert.equal(budget.next, 8);
  budget.advance(Buffer.from('\n'));
  assert.equal(budget.next, undefined);
  assert.equal(freeFor(budget, 'the answer may be as long as it likes'), Infinity);
});

test('a block that the model closes in time is left alone', () => {
  const budget = new ReasoningBudget({ ...MARKS, limit: 12, isOpen: true });
  assert.equal(freeFor(budget, 'abc</think>and then a long answer'), Infinity);
});

test('a block that the model begins counts from its beginning; text that begins otherwise is free', () => {
  const begun = new ReasoningBudget({ ...MARKS, limit: 3, isOpen: false });
  assert.equal(freeFor(begun, '\n<think>abcdef'), '\n<think>abc'.length);
  const plain = new ReasoningBudget({ ...MARKS, limit: 3, isOpen: false });
  assert.equal(freeFor(plain, 'A <think> here is only text'), Infinity);
});

test('a character is not cut in two', () => {
  const budget = new ReasoningBudget({ ...MARKS, limit: 1, isOpen: true });
  const [first, second, third] = Buffer.from('€');
  budget.advance(Uint8Array.of(first ?? 0));
  assert.equal(budget.next, undefined);
  budget.advance(Uint8Array.of(second ?? 0));
  assert.equal(budget.next, undefined);
  budget.advance(Uint8Array.of(third ?? 0));
  assert.equal(budget.next, 7);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Drafter } from './draft.ts';
import { DraftText } from './draft-text.ts';

const ids = (text: string) => [...new TextEncoder().encode(text)];
const textOf = (tokens: readonly number[]) => new TextDecoder().decode(Uint8Array.from(tokens));

function follow(prediction: string, end = 1000) {
  const drafter = new Drafter(new DraftText(ids(prediction)), end);
  return {
    drafter,
    /** What is proposed once the answer is `answer`; the prompt is one token. */
    at: (answer: string, limit = 4) => {
      const tokens = Int32Array.from([0, ...ids(answer)]);
      return textOf(drafter.propose({ tokens, length: tokens.length, promptLength: 1 }, limit));
    },
  };
}

test('goes along with the answer from the beginning of the text', () => {
  const { at } = follow('abcdefgh');
  assert.equal(at(''), 'abcd');
  assert.equal(at('ab'), 'cdef');
  assert.equal(at('abcdef'), 'gh');
  assert.equal(at('abcdefgh'), '');
});

test('finds its place again after something new, something left out, and something replaced', () => {
  assert.equal(follow('one two three').at('one XYZ two'), ' thr');
  assert.equal(follow('one two three').at('one three'), '');
  assert.equal(follow('one two three four').at('one thr'), 'ee f');
  const { at } = follow('let a = 1; return a;');
  assert.equal(at('let '), 'a = ');
  assert.equal(at('let b'), '');
  assert.equal(at('let b = '), '1; r');
});

test('of several places the longest match counts, then the next one from where the answer was', () => {
  assert.equal(follow('x1 ab y2 ab z3').at('y2 ab'), ' z3');
  const { at } = follow('a1 a2 a3 a4');
  assert.equal(at('a1 '), 'a2 a');
  assert.equal(at('a1 Qa'), '2 a3');
});

test('never proposes what leaves no room for one more token', () => {
  const { at } = follow('abcdefgh', 6);
  assert.equal(at(''), 'abcd');
  assert.equal(at('abc'), 'd');
  assert.equal(at('abcd'), '');
  assert.equal(follow('abc').at('', 0), '');
});

test('drafts get longer while they are right, shorter and rarer while they are wrong', () => {
  const long = 'abcdefghijklmnopqrstuvwxyz'.repeat(4);
  const right = follow(long);
  const lengths: number[] = [];
  for (let at = 0; lengths.length < 4; ) {
    const { length } = right.at(long.slice(0, at), 100);
    right.drafter.accept(length);
    right.drafter.settle();
    lengths.push(length);
    at += length;
  }
  assert.deepEqual(lengths, [7, 15, 15, 15]);
  assert.deepEqual([right.drafter.accepted, right.drafter.rejected], [52, 0]);

  const wrong = follow('abcabcabcabc'.repeat(4));
  const proposed: number[] = [];
  let answer = '';
  for (const next of 'aXaXaXabXabXabcabcabc') {
    proposed.push(wrong.at(answer, 100).length);
    wrong.drafter.settle();
    answer += next;
  }
  assert.deepEqual(proposed.slice(0, 12), [7, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  assert.ok(proposed.slice(12).some((count) => count > 0));
  assert.equal(wrong.drafter.accepted, 0);
  assert.equal(
    wrong.drafter.rejected,
    proposed.reduce((sum, count) => sum + count, 0),
  );
});

test('a text of one token over and over costs a bounded search', () => {
  const text = new DraftText(new Array(100_000).fill(7));
  assert.equal(text.find(Int32Array.from([7, 7, 7]), { from: 50_000, least: 1 }), 50_001);
  assert.equal(text.find(Int32Array.from([8]), { from: 0, least: 1 }), undefined);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TokenInfo } from '../../core/event.ts';
import { Tape } from './tape.ts';

function token(id: number, text: string): TokenInfo {
  return { id, bytes: Buffer.from(text), logprob: -id, top: [] };
}

const shown = (tokens: readonly TokenInfo[] | undefined) =>
  tokens?.map(({ id, bytes }) => [id, Buffer.from(bytes).toString()]);

test('tokens count where their text ends, whatever the cuts', () => {
  const tape = new Tape();
  tape.add({ text: 'one', tokenCount: 1, tokenIds: [1] });
  tape.add({ text: 'two', tokenCount: 2, tokenIds: [2, 3] });
  assert.deepEqual(tape.take(2), { tokenCount: 0 });
  assert.deepEqual(tape.take(2), { tokenCount: 1, tokenIds: [1] });
  assert.deepEqual(tape.take(2), { tokenCount: 2, tokenIds: [2, 3] });
  assert.deepEqual(tape.rest(), { tokenCount: 0 });
});

test('a token that reaches over a cut is listed on both sides, with the bytes of each', () => {
  const tape = new Tape();
  tape.add({ text: 'über>x', tokenCount: 2, tokens: [token(1, 'üb'), token(2, 'er>x')] });
  assert.deepEqual(shown(tape.take(4).tokens), [
    [1, 'üb'],
    [2, 'er'],
  ]);
  assert.deepEqual(shown(tape.take(1).tokens), [[2, '>']]);
  const last = tape.take(1);
  assert.deepEqual([shown(last.tokens), last.tokenCount], [[[2, 'x']], 2]);
});

test('tokens without text are taken with what comes next, or at the end', () => {
  const tape = new Tape();
  tape.add({ text: '', tokenCount: 1, tokenIds: [9] });
  tape.add({ text: 'a', tokenCount: 1, tokenIds: [1] });
  assert.deepEqual(tape.take(1), { tokenCount: 2, tokenIds: [9, 1] });
  tape.add({ text: '', tokenCount: 3 });
  assert.deepEqual(tape.rest(), { tokenCount: 3 });
});

test('reading more than came is a fault', () => {
  const tape = new Tape();
  tape.add({ text: 'a', tokenCount: 1 });
  assert.throws(() => tape.take(2));
});

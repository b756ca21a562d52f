import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ToyVocabulary } from '../toy/vocabulary.ts';
import { echoSpan, withoutFirst } from './echo-span.ts';

const vocabulary = new ToyVocabulary();
const START = 257;
const THE = 259;
const bytes = (text: string) => [...new TextEncoder().encode(text)];

/** The bytes of the tokens that the span names. */
function shown(tokens: readonly number[], echo: string, text: string, end = text.length): string | undefined {
  const span = echoSpan({ echo, end, text }, tokens, vocabulary);
  if (!span) return undefined;
  const all = tokens.slice(span.start, span.end).flatMap((token) => [...vocabulary.bytes(token)]);
  assert.ok(span.end === span.start || span.skip < vocabulary.bytes(tokens[span.start] ?? 0).length);
  return Buffer.from(all.slice(span.skip, all.length - span.drop)).toString();
}

test('the span is the tokens of the echo, in front, in the middle and at the end', () => {
  const tokens = [START, ...bytes('é: '), THE, ...bytes(' end')];
  const text = '<|start|>é: the end';
  for (const echo of ['end', 'the end', ': the', 'é', '<|start|>']) {
    const end = text.indexOf(echo) + echo.length;
    assert.equal(shown(tokens, echo, text, end), echo);
  }
});

test('tokens that reach beyond the echo are cut', () => {
  const tokens = [THE, ...bytes('n '), THE];
  assert.equal(shown(tokens, 'hen', 'then the', 4), 'hen');
  assert.equal(shown(tokens, 'en t', 'then the', 6), 'en t');
  assert.equal(shown([THE], 'h', 'the', 2), 'h');
  assert.equal(shown(tokens, '', 'then the', 4), '');
});

test('what the tokenizer put in front of the text is passed over', () => {
  assert.equal(shown([START, THE, ...bytes('n')], 'then', 'then'), 'then');
  assert.equal(shown([...bytes(' '), THE], 'the', 'the'), 'the');
});

test('what the prompt does not show, or its tokens do not cover, has no span', () => {
  assert.equal(shown([THE], 'then', 'the'), undefined);
  assert.equal(shown([THE], 'the', 'so the', 6), undefined);
  assert.equal(shown([THE], 'thE', 'the'), undefined);
  assert.equal(shown(bytes('the'), 'thE', 'thE'), undefined);
});

test('a prompt that is cut keeps the span while all of it is there', () => {
  const span = { start: 3, end: 5, skip: 1, drop: 0 };
  assert.deepEqual(withoutFirst(span, 3), { start: 0, end: 2, skip: 1, drop: 0 });
  assert.equal(withoutFirst(span, 4), undefined);
  assert.equal(withoutFirst(undefined, 0), undefined);
});

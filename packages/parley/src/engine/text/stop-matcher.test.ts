import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '@parley/protocol/errors';
import { StopMatcher } from './stop-matcher.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);

/** What the contract says, by looking at every end. */
function firstMatch(text: string, stops: readonly string[]): { stop: string; end: number } | undefined {
  const bytes = Buffer.from(text);
  for (let end = 1; end <= bytes.length; end++) {
    const found = stops.filter((stop) => {
      const wanted = Buffer.from(stop);
      return end >= wanted.length && bytes.subarray(end - wanted.length, end).equals(wanted);
    });
    found.sort((a, b) => Buffer.byteLength(b) - Buffer.byteLength(a));
    if (found[0] !== undefined) return { stop: found[0], end };
  }
  return undefined;
}

test('finds a stop string that overlaps its own beginning', () => {
  const matcher = new StopMatcher(['aab']);
  assert.equal(matcher.scan(utf8('aa')), undefined);
  assert.equal(matcher.held, 2);
  assert.deepEqual(matcher.scan(utf8('ab')), { stop: 'aab', start: -1, end: 2 });
});

test('the match that ends first wins, then the longest', () => {
  assert.equal(new StopMatcher(['abcd', 'bc']).scan(utf8('abcd'))?.stop, 'bc');
  assert.equal(new StopMatcher(['bc', 'abc']).scan(utf8('abcd'))?.stop, 'abc');
  assert.equal(new StopMatcher(['a', 'ab']).scan(utf8('ab'))?.stop, 'a');
});

test('holds the longest possible beginning and lets it go', () => {
  const matcher = new StopMatcher(['END', 'NDX']);
  matcher.scan(utf8('xEN'));
  assert.equal(matcher.held, 2);
  matcher.scan(utf8('E'));
  assert.equal(matcher.held, 1);
  matcher.scan(utf8(' '));
  assert.equal(matcher.held, 0);
});

test('a match that must not end the text is passed over, and the next one found', () => {
  const matcher = new StopMatcher(['aa']);
  assert.equal(matcher.scan(utf8('aa'), false), undefined);
  assert.deepEqual(matcher.scan(utf8('a')), { stop: 'aa', start: -1, end: 1 });
});

test('an empty stop string is refused', () => {
  assert.throws(
    () => new StopMatcher(['x', '']),
    (error) => error instanceof ApiError && error.status === 400 && error.param === 'stop[1]',
  );
});

test('random texts over a small alphabet: same match however the text is cut, held text never misses one', () => {
  let state = 1;
  const below = (n: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 4294967296) * n);
  };
  const word = (least: number, most: number) =>
    Array.from({ length: least + below(most - least + 1) }, () => 'abé'[below(3)]).join('');
  let matches = 0;
  for (let round = 0; round < 3000; round++) {
    const stops = Array.from({ length: 1 + below(4) }, () => word(1, 5));
    const text = word(0, 14);
    const bytes = utf8(text);
    const matcher = new StopMatcher(stops);
    let at = 0;
    let found: { stop: string; end: number } | undefined;
    while (at < bytes.length && found === undefined) {
      const part = bytes.subarray(at, at + 1 + below(3));
      const heldBefore = matcher.held;
      const match = matcher.scan(part);
      if (match !== undefined) {
        assert.ok(match.start >= -heldBefore, 'the match began in bytes that were not held');
        found = { stop: match.stop, end: at + match.end };
      }
      at += part.length;
    }
    assert.deepEqual(found, firstMatch(text, stops), `${text} ${JSON.stringify(stops)}`);
    if (found !== undefined) matches++;
  }
  assert.ok(matches > 500 && matches < 2900);
});

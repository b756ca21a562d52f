import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ConstraintError, Fuel } from '../errors.ts';
import { RegexBuilder } from './build.ts';
import { Liveness } from './live.ts';
import { matches } from './moves.ts';
import { parseRegex } from './parse.ts';
import { RePool } from './pool.ts';
import { codePoints } from './word-lists.ts';

function searcher(source: string, flags = {}) {
  const pool = new RePool(new Fuel(5_000_000, 'The test'));
  const re = new RegexBuilder(pool).search(parseRegex(source, flags));
  return { pool, re, finds: (text: string) => matches(pool, re, codePoints(text)) };
}

const atom = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    'c',
    '.',
    '[ab]',
    '[^a]',
    '\\d',
    '\\w',
    '\\s',
    '1',
    '\\.',
    'é',
    '😀',
    '\\u{1F600}',
    '[a-c0-9]',
  ),
);
const anchored = fc.constantFrom('^', '$', '(?=a)', '(?!b)', '(?=.*c)', '');
const pattern = fc.letrec<{ one: string; many: string }>((tie) => ({
  one: fc.oneof(
    { maxDepth: 3 },
    atom,
    fc
      .tuple(tie('many'), fc.constantFrom('', '*', '+', '?', '{2}', '{1,3}', '{2,}'))
      .map(([body, q]) => `(?:${body})${q}`),
  ),
  many: fc.oneof(
    fc.array(tie('one'), { maxLength: 4 }).map((l) => l.join('')),
    fc.tuple(tie('one'), tie('one')).map((l) => l.join('|')),
  ),
})).many;

test('patterns find what RegExp finds', () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', 'c', '1', '.', ' ', '\n', 'é', '😀'), { maxLength: 8 })
    .map((l) => l.join(''));
  fc.assert(
    fc.property(
      fc.tuple(anchored, pattern, anchored, pattern, anchored),
      fc.array(text, { minLength: 5, maxLength: 12 }),
      (parts, texts) => {
        const source = parts.join('');
        const { finds } = searcher(source);
        for (const each of texts)
          assert.equal(
            finds(each),
            new RegExp(source, 'u').test(each),
            `${source} on ${JSON.stringify(each)}`,
          );
      },
    ),
    { numRuns: 400, seed: 7 },
  );
});

test('word boundaries, look-behind of one character and repeated look-ahead', () => {
  for (const [source, texts] of [
    ['\\bfoo\\b', ['foo', 'a foo', 'afoo', 'foo-', 'food']],
    ['^((?!ab).)*$', ['', 'ba', 'ab', 'cab', 'a']],
    ['^(\\/?(\\.{2}|[a-z]*)($|\\/))*$', ['', '/', '/a/b', '../a', 'A', 'a//']],
    ['^\\p{L}{2}\\P{Lu}$', ['éaa', 'éaA', 'a1a', '日本語']],
    ['a(?<!b)c', ['ac', 'bc']],
    ['(^|,)x', ['x', ',x', 'ax']],
  ] as const) {
    const { finds } = searcher(source);
    for (const text of texts)
      assert.equal(finds(text), new RegExp(source, 'u').test(text), `${source} on ${text}`);
  }
});

test('flags: case, dot and set operations', () => {
  assert.ok(searcher('^straße$', { ignoreCase: true }).finds('STRAßE'));
  assert.ok(searcher('^.$', { dotAll: true }).finds('\n'));
  const vowels = searcher('^[[a-z]--[aeiou]]+$', { unicodeSets: true });
  assert.ok(vowels.finds('xyz') && !vowels.finds('xay'));
  assert.ok(searcher('^(?i:a)b$').finds('Ab') && !searcher('^(?i:a)b$').finds('AB'));
});

test('emptiness is decided for intersections and complements, alone and with lengths', () => {
  const pool = new RePool(new Fuel(1_000_000, 'The test'));
  const liveness = new Liveness(pool, new Fuel(1_000_000, 'The test'));
  const re = (source: string) => new RegexBuilder(pool).search(parseRegex(source));
  assert.equal(liveness.live(pool.and([re('^a+$'), re('^b+$')])), false);
  assert.equal(liveness.live(pool.and([re('^[ab]+$'), pool.not(re('a'))])), true);
  assert.equal(liveness.live(pool.and([re('^a*$'), pool.not(re('^a*$'))])), false);
  const even = re('^(?:aa)*$');
  assert.equal(liveness.liveWithin(even, 3, 3), false);
  assert.equal(liveness.liveWithin(even, 3, 4), true);
  assert.equal(liveness.liveWithin(even, 1_000_001, 1_000_001), false);
  assert.equal(liveness.count(re('^[ab]{2}$')), 4);
  assert.equal(liveness.count(re('^a+$')), Infinity);
});

test('repetition counts are not expanded', () => {
  const { pool, finds } = searcher('^[a-z]{2,1000000}$');
  assert.ok(finds('abc') && !finds('a'));
  assert.ok(pool.size < 60);
});

test('mistakes and what cannot be enforced are told apart', () => {
  const kind = (source: string) => {
    try {
      searcher(source);
      return null;
    } catch (error) {
      return error instanceof ConstraintError ? error.kind : 'other';
    }
  };
  assert.equal(kind('('), 'invalid');
  assert.equal(kind('(a)\\1'), 'unsupported');
  assert.equal(kind('(?<=ab)c'), 'unsupported');
  assert.equal(kind(`${'(a|'.repeat(300)}b${')'.repeat(300)}`), 'limit');
});

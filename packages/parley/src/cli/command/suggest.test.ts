import assert from 'node:assert/strict';
import { test } from 'node:test';
import { editDistance, suggest } from './suggest.ts';

test('the distance counts insertions, deletions, replacements and swaps', () => {
  const cases: [string, string, number][] = [
    ['', '', 0],
    ['abc', '', 3],
    ['', 'ab', 2],
    ['serve', 'serve', 0],
    ['sevre', 'serve', 1],
    ['srve', 'serve', 1],
    ['kitten', 'sitting', 3],
  ];
  for (const [a, b, distance] of cases) {
    assert.equal(editDistance(a, b), distance, `${a} -> ${b}`);
    assert.equal(editDistance(b, a), distance, `${b} -> ${a}`);
  }
});

test('the nearest candidate is suggested, and none when all are far', () => {
  const commands = ['serve', 'chat', 'models'];
  assert.equal(suggest('sevre', commands), 'serve');
  assert.equal(suggest('Model', commands), 'models');
  assert.equal(suggest('tiny', ['parley-tiny', 'other']), 'parley-tiny');
  assert.equal(suggest('xyzzyplugh', commands), undefined);
  assert.equal(suggest('', commands), undefined);
});

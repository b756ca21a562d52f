import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quantile, summary } from './statistics.mjs';
import { figure, markdownTable, spread } from './table.mjs';

test('quantiles lie between the values', () => {
  assert.equal(quantile([4, 1, 3, 2], 0.5), 2.5);
  assert.equal(quantile([5], 0.99), 5);
  assert.equal(quantile([], 0.5), undefined);
  assert.deepEqual(summary([1, undefined, 2, 3]), { median: 2, low: 1.5, high: 2.5, samples: 3 });
  assert.equal(summary([undefined]), undefined);
});

test('figures have three digits', () => {
  assert.equal(figure(0.012345), '0.0123');
  assert.equal(figure(12345.6), '12,346');
  assert.equal(figure(undefined), '-');
  assert.equal(spread({ median: 2, low: 1.5, high: 2.5 }), '2 (1.5..2.5)');
});

test('tables are Markdown', () => {
  assert.equal(markdownTable(['a', 'bb'], [['ccc', 'd']]), '| a   | bb |\n| --- | -- |\n| ccc | d  |');
});

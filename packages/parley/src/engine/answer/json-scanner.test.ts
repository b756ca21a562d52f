import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JsonScanner } from './json-scanner.ts';

const VALUES = [
  '{}',
  '[]',
  '{"a": [1, {"b": "}]"}], "c\\"}": null}',
  '{"a": "\\\\", "b": "\\\\\\"}"}',
  '["[", "\\u007d", "é😀"]',
];

test('the end of a value is found wherever the text is cut', () => {
  for (const value of VALUES) {
    const text = `${value}}] "more"`;
    for (let cut = 0; cut < value.length; cut++) {
      const scanner = new JsonScanner();
      assert.equal(scanner.scan(text.slice(0, cut)), cut);
      assert.equal(scanner.done, false);
      assert.equal(cut + scanner.scan(text.slice(cut)), value.length);
      assert.equal(scanner.done, true);
    }
  }
});

test('the end of an object that is open already', () => {
  const scanner = new JsonScanner(1);
  assert.equal(scanner.scan(', "id": "}"} more'), 12);
  assert.equal(scanner.done, true);
});

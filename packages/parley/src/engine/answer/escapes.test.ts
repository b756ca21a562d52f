import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Escapes, escapeJson, JSON_ESCAPES, PYTHON_ESCAPES, unescapeText } from './escapes.ts';

/** In two pieces, cut at every place. */
function inPieces(source: string, escapes: Escapes, end = '"'): Set<string> {
  const results = new Set<string>();
  for (let cut = 0; cut <= source.length; cut++) {
    const first = unescapeText(source.slice(0, cut), false, escapes, end);
    if (first.ended) {
      results.add(first.value);
      continue;
    }
    const second = unescapeText(source.slice(first.used), true, escapes, end);
    assert.ok(!/[\ud800-\udbff]$/.test(first.value) || /[\ud800-\udbff]$/.test(source.slice(0, cut)));
    results.add(first.value + second.value);
  }
  return results;
}

test('JSON strings are read wherever they are cut', () => {
  const cases: [string, string][] = [
    ['plain é😀"', 'plain é😀'],
    ['\\"\\\\\\/\\b\\f\\n\\r\\t"rest', '"\\/\b\f\n\r\t'],
    ['\\u00e9\\ud83d\\ude00\\ud83d\\u0041\\ud83d"', 'é😀\ud83dA\ud83d'],
    ['\\q\\u12x4"', 'qu12x4'],
    ['no end', 'no end'],
    ['cut off \\', 'cut off '],
    ['cut off \\u00', 'cut off u00'],
  ];
  for (const [source, value] of cases) assert.deepEqual([...inPieces(source, JSON_ESCAPES)], [value], source);
});

test('Python strings are read wherever they are cut', () => {
  const cases: [string, string, string][] = [
    ["it\\'s \\x41\\u00e9\\U0001f600\\0'", "it's Aé😀\0", "'"],
    ['\\d+\\/\\U00110000"', '\\d+/\\U00110000', '"'],
    ['a""b\\"""" c', 'a""b"', '"""'],
    ['a\\\nb"', 'ab', '"'],
  ];
  for (const [source, value, end] of cases)
    assert.deepEqual([...inPieces(source, PYTHON_ESCAPES, end)], [value], source);
});

test('what is escaped for JSON reads as it was', () => {
  const text = 'a "b" \\ \n\t\0\x1f é😀\u2028';
  assert.equal(JSON.parse(`"${escapeJson(text)}"`), text);
  const pieces = [...Array(text.length).keys()].map((i) => escapeJson(text[i]!));
  assert.equal(pieces.join(''), escapeJson(text));
});

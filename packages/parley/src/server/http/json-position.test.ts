import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonFaultPosition } from './json-position.ts';

const VALID = [
  '{"a":[1,-0.5e+10,true,false,null,"x\\n\\u00e9\\"",{}],"b":[]}',
  ' [ 1 , { "a" : 2 } ] \n',
  '"text"',
  '0',
  '[[[]]]',
];

test('valid JSON has no fault', () => {
  for (const text of VALID) assert.equal(jsonFaultPosition(text), undefined, text);
});

test('names the character that cannot stand there', () => {
  const cases: [string, number][] = [
    ['', 0],
    ['  ', 2],
    ['{"a": nope}', 6],
    ['[1,]', 3],
    ['{"a":1,}', 7],
    ['{,}', 1],
    ['[1 2]', 3],
    ['{"a" 1}', 5],
    ['{"a":1', 6],
    ['"abc', 4],
    ['"a\\x"', 3],
    ['"\\u12g4"', 5],
    ['"a\nb"', 2],
    ['01', 1],
    ['[1]]', 3],
    ['[1}', 2],
    ['NaN', 0],
    ["{'a':1}", 1],
  ];
  for (const [text, position] of cases) assert.equal(jsonFaultPosition(text), position, text);
});

test('agrees with JSON.parse on whether there is a fault, for texts with one character changed', () => {
  const parses = (text: string) => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };
  let faults = 0;
  for (const text of VALID) {
    for (let at = 0; at < text.length; at++) {
      for (const replacement of ['', ',', ']', '}', '"', '\\', '0', 'e', '-', ' ', '\t', 't']) {
        const changed = text.slice(0, at) + replacement + text.slice(at + 1);
        assert.equal(jsonFaultPosition(changed) === undefined, parses(changed), changed);
        if (!parses(changed)) faults++;
      }
    }
  }
  assert.ok(faults > 100);
});

test('deep and long texts are no trouble', () => {
  assert.equal(jsonFaultPosition('['.repeat(100_000)), 100_000);
  assert.equal(jsonFaultPosition(`["${'x'.repeat(5_000_000)}" oops`), 5_000_004);
});

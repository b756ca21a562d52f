import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PartialJson } from './partial-json.ts';

test('each piece gives what there is of the value, if that is more than before', () => {
  const steps: [piece: string, value: unknown][] = [
    ['', undefined],
    ['{', {}],
    ['"na', undefined],
    ['me"', undefined],
    [':', undefined],
    [' "A', { name: 'A' }],
    ['da', { name: 'Ada' }],
    ['",', undefined],
    ['"age": 3', undefined],
    ['6', undefined],
    [',"ok":tr', { name: 'Ada', age: 36 }],
    ['ue, "list": [', { name: 'Ada', age: 36, ok: true, list: [] }],
    ['1, 2', { name: 'Ada', age: 36, ok: true, list: [1] }],
    [', {"x": null', { name: 'Ada', age: 36, ok: true, list: [1, 2, {}] }],
    ['}]}', { name: 'Ada', age: 36, ok: true, list: [1, 2, { x: null }] }],
  ];
  const json = new PartialJson();
  for (const [piece, value] of steps) assert.deepEqual(json.push(piece), value, piece);
});

test('every prefix of a document is readable and grows towards it', () => {
  const value = {
    'a "key"\\': ['text \n\t"quoted" \\ \u00e9 😀', -1.5e10, null, true, false, [], {}],
    nested: { deep: [[{ x: 'y}]"' }]] },
  };
  for (const text of [
    JSON.stringify(value),
    JSON.stringify(value, null, 2),
    String.raw`{"a":"\u00e9\ud83d\ude00"}`,
  ]) {
    const json = new PartialJson();
    const values = text.split('').map((unit) => json.push(unit));
    assert.deepEqual(values.filter((each) => each !== undefined).at(-1), JSON.parse(text));
    assert.deepEqual(values[0], {});
  }
});

test('texts and lists as roots; numbers only when they are known to have ended', () => {
  assert.equal(new PartialJson().push('"ab'), 'ab');
  assert.deepEqual(new PartialJson().push('[1,2'), [1]);
  assert.equal(new PartialJson().push('12'), undefined);
});

test('an escape is taken when it is whole', () => {
  const json = new PartialJson();
  const seen = ['"a\\', 'n\\u', '00', 'e9', '\\"'].map((piece) => json.push(piece));
  assert.deepEqual(seen, ['a', 'a\n', undefined, 'a\né', 'a\né"']);
});

test('what is no JSON gives nothing, and throws nothing', () => {
  const json = new PartialJson();
  assert.equal(json.push('Sure! '), undefined);
  assert.equal(json.push('{"a" 1, }}}]'), undefined);
});

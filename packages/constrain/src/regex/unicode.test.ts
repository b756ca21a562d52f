import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CharSet, charSet } from './charset.ts';
import { UnicodeSets } from './unicode.ts';

/** Asks for every code point. */
function asked(expression: RegExp): CharSet {
  const ranges: [number, number][] = [];
  for (let c = 0; c <= 0x10ffff; c++) {
    if ((c < 0xd800 || c > 0xdfff) && expression.test(String.fromCodePoint(c))) ranges.push([c, c]);
  }
  return charSet(ranges);
}

test('properties are those of the engine, for every code point', () => {
  const sets = new UnicodeSets();
  for (const source of [
    '\\p{L}',
    '\\P{Cn}',
    '\\p{Noncharacter_Code_Point}',
    '\\p{Co}',
    '\\p{Script=Tangut}',
  ]) {
    assert.deepEqual(sets.property(source), asked(new RegExp(`^${source}$`, 'u')), source);
  }
  assert.throws(() => sets.property('\\p{No_Such_Property}'), SyntaxError);
});

test('case is ignored as the engine ignores it', () => {
  const sets = new UnicodeSets();
  for (const text of ['k', 'ß', 'σ', 'İ', 'ſ', 'ꭰ', '7']) {
    const point = text.codePointAt(0)!;
    assert.deepEqual(sets.ignoringCase([point, point]), asked(new RegExp(`^${text}$`, 'iu')), text);
  }
  assert.deepEqual(sets.ignoringCase([0x61, 0x7a]), asked(/^[a-z]$/iu));
});

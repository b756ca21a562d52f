import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TokenId, Tokenizer } from '../runtime.ts';
import { ControlNames, unescapeMarker, unusedMarkers } from './control-names.ts';

const NAMES = ['<s>', '<|end|>', '<|end|>>', 'ab#', '#cd', '<😀>'];
const FIRST = 1_000_000;
const MARKER = '\ufdd0';

/** Every character is its own token; the names are tokens from FIRST on. */
const tokenizer: Tokenizer = {
  vocabulary: {
    size: NAMES.length,
    endOfGeneration: new Set(),
    bos: undefined,
    eos: undefined,
    addBos: false,
    bytes: (token) => new TextEncoder().encode(NAMES[token]!),
    kind: () => 'control',
  },
  tokenize(text, { special }) {
    assert.ok(!special || !text.includes(MARKER));
    return Array.from(text, (character) => FIRST + character.codePointAt(0)!);
  },
  close() {},
};

const names = new ControlNames(tokenizer.vocabulary);

function tokens(text: string): (string | TokenId)[] {
  return names
    .tokenize(tokenizer, text, MARKER, false)
    .map((token) => (token < FIRST ? token : String.fromCodePoint(token - FIRST)));
}

describe('mark', () => {
  const forged = ['<s>', 'x<|end|>y', '<|end|>>', '<s><s>', 'ab#cd', '<<😀>', '<|end|><s>'];
  for (const text of forged) {
    test(`leaves no name in ${text}`, () => {
      const marked = names.mark(text, MARKER);
      for (const name of NAMES) assert.ok(!marked.includes(name));
      assert.equal(marked.replaceAll(MARKER, ''), text);
      assert.deepEqual(tokens(marked), [...text]);
    });
  }

  test('keeps two strings from forming a name between them', () => {
    for (const name of NAMES) {
      for (let cut = 1; cut < name.length; cut++) {
        const joined = names.mark(name.slice(0, cut), MARKER) + names.mark(name.slice(cut), MARKER);
        assert.ok(joined.includes(MARKER));
        assert.ok(!NAMES.some((other) => joined.includes(other)), `${name} at ${cut}`);
      }
    }
  });

  test('leaves ordinary text alone', () => {
    for (const text of ['', 'hello', 'a|b', 'x > y']) assert.equal(names.mark(text, MARKER), text);
  });
});

test("the template's names are tokens, the longest first, beside spelled ones", () => {
  assert.deepEqual(tokens(`<s>${names.mark('<s>!', MARKER)}<|end|>><|end|>`), [0, ...'<s>!', 2, 1]);
});

test('a marker in JSON form is found', () => {
  assert.equal(unescapeMarker('a\\ufdd0b', MARKER), 'a\ufdd0b');
});

test('markers are noncharacters that the text does not hold', () => {
  assert.deepEqual(unusedMarkers('a\ufdd0b\\uFDD1 fdd2', 2), ['\ufdd2', '\ufdd3']);
  const all = String.fromCharCode(...Array.from({ length: 31 }, (_, i) => 0xfdd0 + i));
  assert.deepEqual(unusedMarkers(all, 1), ['\ufdef']);
  assert.equal(unusedMarkers(all, 2), undefined);
});

test('parts of names are known', () => {
  assert.equal(names.partOfName('end'), true);
  assert.equal(names.partOfName('ends'), false);
  assert.equal(names.partOfName(''), false);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SamplingOptions, TextOptions } from '../options.ts';
import type { TokenId, TokenKind, Vocabulary } from '../runtime.ts';
import { OutputText } from '../text/output-text.ts';
import { TokenText } from '../text/token-text.ts';
import { badWords } from './bad-words.ts';
import { Random } from './random.ts';
import { badWordsOf, below, NEUTRAL } from './sampling.fixture.ts';
import { SamplerWorkspace } from './workspace.ts';

interface Token {
  readonly bytes: Uint8Array;
  readonly kind: TokenKind;
}

function vocabularyOf(tokens: readonly Token[]): Vocabulary {
  return {
    size: tokens.length,
    endOfGeneration: new Set([0]),
    bos: undefined,
    eos: 0,
    addBos: false,
    bytes: (token) => tokens[token]!.bytes,
    kind: (token) => tokens[token]!.kind,
  };
}

/** The tokens that are banned behind a completion; one after the other, as the sampler asks. */
function bansOf(options: SamplingOptions, vocabulary: Vocabulary): (completion: TokenId[]) => Set<TokenId> {
  const workspace = new SamplerWorkspace(vocabulary.size);
  const logits = new Float32Array(vocabulary.size);
  const apply = badWords(options, vocabulary);
  assert.ok(apply);
  return (completion) => {
    workspace.load(logits);
    apply({ workspace, logits, counts: undefined, completion, mask: undefined });
    return new Set([...logits.keys()].filter((token) => workspace.row[token] === -Infinity));
  };
}

/** What the reader sees of a completion. */
function textOf(completion: readonly TokenId[], vocabulary: Vocabulary, options: TextOptions): string {
  const output = new OutputText(options, new TokenText(vocabulary));
  const shown = completion.map((token) => output.push(token)?.text ?? '');
  return shown.join('') + (output.flush()?.text ?? '');
}

const KINDS: TokenKind[] = [
  'normal',
  'normal',
  'normal',
  'byte',
  'user-defined',
  'control',
  'unknown',
  'unused',
];
const PARTS = ['a', 'b', ' ', 'é', '<'].map((text) => Buffer.from(text));

function randomTokens(random: Random): Token[] {
  return Array.from({ length: 5 + below(random, 40) }, () => {
    const parts = Array.from({ length: below(random, 5) }, () => PARTS[below(random, PARTS.length)]!);
    const whole = Buffer.concat(parts);
    // Now and then the first or the last part of a character is missing.
    const from = below(random, 8) === 0 ? 1 : 0;
    const to = whole.length - (below(random, 8) === 0 ? 1 : 0);
    return { bytes: whole.subarray(from, to), kind: KINDS[below(random, KINDS.length)]! };
  });
}

test('exactly the tokens are banned that would put a word into the text', () => {
  const random = new Random(3n);
  const letters = ['a', 'a', 'b', ' ', 'é', '<'];
  let [banned, walked, across] = [0, 0, 0];
  for (let round = 0; round < 600; round++) {
    const vocabulary = vocabularyOf(randomTokens(random));
    const words = Array.from({ length: 1 + below(random, 10) }, () =>
      Array.from({ length: 1 + below(random, 6) }, () => letters[below(random, letters.length)]!).join(''),
    );
    const text: TextOptions = {
      stop: [],
      includeStop: below(random, 2) === 0,
      skipSpecialTokens: below(random, 2) === 0,
      spacesBetweenSpecialTokens: below(random, 2) === 0,
    };
    const options = {
      ...NEUTRAL,
      ignoreEos: below(random, 2) === 0,
      stopTokenIds: [1],
      badWords: badWordsOf(words, vocabulary, text),
    };
    const ending = options.ignoreEos ? [1] : [0, 1];
    const bans = bansOf(options, vocabulary);
    const completion: TokenId[] = [];
    while (completion.length < 15) {
      const found = bans(completion);
      const expected = new Set<TokenId>();
      for (let token = 0; token < vocabulary.size; token++) {
        if (ending.includes(token) && !text.includeStop) continue;
        const then = textOf([...completion, token], vocabulary, text);
        if (!words.some((word) => then.includes(word))) continue;
        expected.add(token);
        const alone = new TextDecoder().decode(vocabulary.bytes(token));
        if (!words.some((word) => alone.includes(word))) across++;
      }
      const what = JSON.stringify({ words, text, before: textOf(completion, vocabulary, text) });
      assert.deepEqual([...found].sort(), [...expected].sort(), what);
      banned += found.size;
      const free = Array.from({ length: vocabulary.size }, (_, id) => id).filter(
        (id) => !found.has(id) && !ending.includes(id),
      );
      if (free.length === 0) break;
      completion.push(free[below(random, free.length)]!);
      walked++;
    }
  }
  assert.ok(banned > 10_000 && walked > 2_000 && across > 2_000, `${banned}, ${walked}, ${across}`);
});

test('ranges within each other are banned once and for all', () => {
  // Behind "aaaa" each word is completed by what begins with b, and some by what begins with ab.
  const words = Array.from({ length: 8 }, (_, i) => `${'a'.repeat(i + 1)}b`).concat('aaabb', 'xb', 'aaxab');
  const texts = ['c', 'a', 'b', 'ba', 'bb', 'bc', 'aba', 'ab', 'ca'];
  const vocabulary = vocabularyOf(texts.map((text) => ({ bytes: Buffer.from(text), kind: 'normal' })));
  const bans = bansOf({ ...NEUTRAL, ignoreEos: true, badWords: badWordsOf(words, vocabulary) }, vocabulary);
  for (const count of [1, 2, 5, 20]) {
    assert.deepEqual([...bans(new Array(count).fill(1))], [2, 3, 4, 5, 6, 7]);
  }
});

test('a text that goes through more beginnings of words than are remembered', () => {
  const random = new Random(4n);
  const letters = 'abcd';
  const words = Array.from({ length: 90 }, () =>
    Array.from({ length: 250 }, () => letters[below(random, 4)]!).join(''),
  );
  const vocabulary = vocabularyOf([
    { bytes: Buffer.from('</s>'), kind: 'control' },
    ...[...letters].map((letter) => ({ bytes: Buffer.from(letter), kind: 'normal' as const })),
  ]);
  const bans = bansOf({ ...NEUTRAL, badWords: badWordsOf(words, vocabulary) }, vocabulary);
  const completion: TokenId[] = [];
  const ids = [1, 2, 3, 4];
  for (const word of words) {
    for (const letter of word.slice(0, -1)) completion.push(1 + letters.indexOf(letter));
    const last = 1 + letters.indexOf(word.at(-1)!);
    assert.deepEqual([...bans(completion)], [last]);
    completion.push(ids.find((id) => id !== last)!);
    assert.deepEqual([...bans(completion)], []);
  }
});

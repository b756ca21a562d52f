import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TokenInfo } from '../../core/event.ts';
import type { TextOptions } from '../options.ts';
import type { TokenKind, Vocabulary } from '../runtime.ts';
import { type OutputPiece, OutputText } from './output-text.ts';
import { TokenText } from './token-text.ts';

const PLAIN: TextOptions = {
  stop: [],
  includeStop: false,
  skipSpecialTokens: true,
  spacesBetweenSpecialTokens: true,
};

/** A vocabulary of exactly these tokens; `<...>` are control tokens. */
function vocabularyOf(
  tokens: readonly (string | Uint8Array)[],
  kinds: Record<number, TokenKind> = {},
): Vocabulary {
  const bytes = tokens.map((token) => (typeof token === 'string' ? new TextEncoder().encode(token) : token));
  return {
    size: tokens.length,
    endOfGeneration: new Set(),
    bos: undefined,
    eos: undefined,
    addBos: false,
    bytes: (token) => bytes[token]!,
    kind: (token) => {
      const text = tokens[token];
      return kinds[token] ?? (typeof text === 'string' && /^<.*>$/.test(text) ? 'control' : 'normal');
    },
  };
}

interface Run {
  readonly pieces: OutputPiece[];
  readonly text: string;
  readonly tokenCount: number;
  readonly infos: TokenInfo[];
  readonly stopped: string | undefined;
  readonly pushed: number;
}

/** Feeds the tokens 0, 1, 2 ... until the text stops, with log probabilities. */
function run(
  tokens: readonly (string | Uint8Array)[],
  options: Partial<TextOptions> = {},
  infos = true,
): Run {
  const vocabulary = vocabularyOf(tokens);
  const output = new OutputText({ ...PLAIN, ...options }, new TokenText(vocabulary));
  const pieces: OutputPiece[] = [];
  let pushed = 0;
  for (let id = 0; id < tokens.length; id++) {
    const info = { id, bytes: vocabulary.bytes(id), logprob: -1, top: [] };
    const piece = output.push(id, infos ? info : undefined);
    pushed++;
    if (piece) pieces.push(piece);
    if (piece?.stopped !== undefined) break;
  }
  const last = output.flush();
  if (last) pieces.push(last);
  assert.equal(output.flush(), undefined);
  return {
    pieces,
    text: pieces.map(({ text }) => text).join(''),
    tokenCount: pieces.reduce((sum, piece) => sum + piece.tokenCount, 0),
    infos: pieces.flatMap((piece) => piece.tokens ?? []),
    stopped: pieces.find((piece) => piece.stopped !== undefined)?.stopped,
    pushed,
  };
}

const joined = (infos: readonly TokenInfo[]) => Buffer.concat(infos.map(({ bytes }) => bytes));
const bytesOf = (...bytes: number[]) => new Uint8Array(bytes);

const TEXTS = [
  'plain text',
  'naïve café',
  '日本語の文字',
  '👩‍👩‍👧 and 🇳🇴',
  'e\u0301 n\u0303',
  '\ufeffbyte order mark',
  '𝒳𝒴',
];

for (const text of TEXTS) {
  test(`cut at every pair of bytes, no character breaks: ${text}`, () => {
    const bytes = Buffer.from(text);
    for (let i = 0; i <= bytes.length; i++) {
      for (let j = i; j <= bytes.length; j++) {
        const parts = [bytes.subarray(0, i), bytes.subarray(i, j), bytes.subarray(j)];
        const result = run(parts);
        assert.equal(result.text, text);
        assert.equal(result.tokenCount, 3);
        assert.deepEqual(
          result.infos.map(({ id }) => id),
          [0, 1, 2],
        );
        assert.deepEqual(joined(result.infos), bytes);
        for (const piece of result.pieces) assert.ok(!piece.text.includes('\ufffd'));
      }
    }
  });

  test(`stop strings anywhere, in tokens of every length: ${text}`, () => {
    const characters = [...text];
    for (let from = 1; from < characters.length; from++) {
      const stop = characters.slice(from, from + 2).join('');
      const end = text.indexOf(stop);
      for (let size = 1; size <= 5; size++) {
        const bytes = Buffer.from(`${text}${text}`);
        const parts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
          bytes.subarray(i * size, (i + 1) * size),
        );
        for (const includeStop of [false, true]) {
          const expected = text.slice(0, end) + (includeStop ? stop : '');
          const result = run(parts, { stop: [stop], includeStop });
          assert.equal(result.text, expected);
          assert.equal(result.stopped, stop);
          assert.equal(joined(result.infos).toString(), expected);
          assert.equal(result.infos.length, result.tokenCount);
          assert.equal(result.tokenCount, Math.ceil(Buffer.byteLength(expected) / size));
        }
      }
    }
  });
}

test('a token is shown at once when nothing has to be held', () => {
  const { pieces } = run(['a', 'b c', 'é']);
  assert.deepEqual(
    pieces.map(({ text, tokenCount }) => [text, tokenCount]),
    [
      ['a', 1],
      ['b c', 1],
      ['é', 1],
    ],
  );
});

test('without log probabilities no tokens are listed', () => {
  const { pieces } = run(['a', 'b'], {}, false);
  assert.deepEqual(pieces, [
    { text: 'a', tokenCount: 1 },
    { text: 'b', tokenCount: 1 },
  ]);
});

test('text that could become a stop string is held, then released with its tokens', () => {
  const { pieces } = run(['x', 'E', 'N', 'd', 'E'], { stop: ['END'] });
  assert.deepEqual(
    pieces.map(({ text, tokenCount }) => [text, tokenCount]),
    [
      ['x', 1],
      ['ENd', 3],
      ['E', 1],
    ],
  );
});

test('a token that is held in part is counted with its last byte', () => {
  const { pieces } = run(['xE', 'Q'], { stop: ['END'] });
  assert.deepEqual(
    pieces.map(({ text, tokenCount }) => [text, tokenCount]),
    [
      ['x', 0],
      ['EQ', 2],
    ],
  );
});

test('a stop inside a token shortens it; later tokens are in no piece', () => {
  const result = run(['ab', 'cSTOPd', 'e'], { stop: ['STOP'] });
  assert.equal(result.text, 'abc');
  assert.equal(result.tokenCount, 2);
  assert.equal(joined(result.infos).toString(), 'abc');
  assert.equal(result.pushed, 2);
});

test('a stop string at the very beginning leaves an empty piece and no token', () => {
  const result = run(['ST', 'OP'], { stop: ['STOP'] });
  assert.deepEqual(result.pieces, [{ text: '', tokenCount: 0, stopped: 'STOP' }]);
});

test('aab is found in aaab', () => {
  const result = run(['a', 'a', 'a', 'b'], { stop: ['aab'] });
  assert.equal(result.text, 'a');
  assert.equal(result.tokenCount, 1);
});

test('nothing may follow the end', () => {
  const output = new OutputText({ ...PLAIN, stop: ['x'] }, new TokenText(vocabularyOf(['x'])));
  output.push(0);
  assert.throws(() => output.push(0), /ended/);
});

test('a stop string does not end the text in a token that must not stop it', () => {
  const output = new OutputText({ ...PLAIN, stop: ['ab'] }, new TokenText(vocabularyOf(['ab', 'xab'])));
  assert.equal(output.push(0, undefined, false)?.text, 'ab');
  assert.deepEqual(output.push(1), { text: 'x', tokenCount: 1, stopped: 'ab' });
});

const INVALID: Uint8Array[][] = [
  [bytesOf(0x80)],
  [bytesOf(0x61, 0xbf), bytesOf(0x62)],
  [bytesOf(0xe4, 0xbd), bytesOf(0x61)],
  [bytesOf(0xe0), bytesOf(0x80, 0x80)],
  [bytesOf(0xed), bytesOf(0xa0), bytesOf(0x80)],
  [bytesOf(0xf0, 0x9f), bytesOf(0x98)],
  [bytesOf(0xf4), bytesOf(0x90, 0x80, 0x80)],
  [bytesOf(0xf5, 0x80), bytesOf(0xc0, 0xaf)],
  [bytesOf(0xc3), bytesOf(0xc3), bytesOf(0xa9)],
];

test('invalid bytes become what TextDecoder makes of the whole, and are never held for ever', () => {
  for (const tokens of INVALID) {
    const result = run(tokens);
    const whole = Buffer.concat(tokens);
    assert.equal(result.text, new TextDecoder('utf-8', { ignoreBOM: true }).decode(whole));
    assert.deepEqual(joined(result.infos), whole);
  }
  let state = 5;
  for (let round = 0; round < 2000; round++) {
    const pick = [0x41, 0x80, 0x9f, 0xa0, 0xbf, 0xc3, 0xe0, 0xe4, 0xed, 0xf0, 0xf4, 0xff];
    const tokens = Array.from({ length: 6 }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return bytesOf(pick[(state >>> 16) % pick.length]!);
    });
    assert.equal(run(tokens).text, new TextDecoder().decode(Buffer.concat(tokens)));
  }
});

test('special tokens are skipped, and counted with what follows', () => {
  const result = run(['<a>', 'x', '<b>', 'y', '<c>']);
  assert.equal(result.text, 'xy');
  assert.equal(result.tokenCount, 5);
  assert.equal(joined(result.infos).toString(), 'xy');
  assert.deepEqual(
    result.pieces.map(({ tokenCount }) => tokenCount),
    [2, 2, 1],
  );
});

test('special tokens are kept, with spaces around them or without', () => {
  const tokens = ['<a>', '<b>', 'x', 'y', '<c>', 'z'];
  const spaced = run(tokens, { skipSpecialTokens: false });
  assert.equal(spaced.text, '<a> <b> xy <c> z');
  assert.equal(joined(spaced.infos).toString(), spaced.text);
  const close = run(tokens, { skipSpecialTokens: false, spacesBetweenSpecialTokens: false });
  assert.equal(close.text, '<a><b>xy<c>z');
});

test('user-defined tokens are ordinary text', () => {
  const vocabulary = vocabularyOf(['<tool>'], { 0: 'user-defined' });
  assert.equal(new OutputText(PLAIN, new TokenText(vocabulary)).push(0)?.text, '<tool>');
});

test('marks of the answer are shown as they are written, whatever becomes of other special tokens', () => {
  const tokens = ['<a>', 'x', '<b>', '<c>'];
  for (const [skipSpecialTokens, text] of [
    [true, '<a>x'],
    [false, '<a>x <b> <c>'],
  ] as const) {
    const output = new OutputText(
      { ...PLAIN, skipSpecialTokens },
      new TokenText(vocabularyOf(tokens)),
      new Set([0]),
    );
    const pieces = tokens.map((_, id) => output.push(id)?.text ?? '');
    assert.equal(pieces.join(''), text);
  }
});

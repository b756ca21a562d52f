import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TokenInfo } from '../core/event.ts';
import { packTokens, unpackTokens } from './packed-tokens.ts';
import { ToyVocabulary } from './toy/vocabulary.ts';

test('tokens come out as they went in: whole, cut, and with a space before them', () => {
  const vocabulary = new ToyVocabulary();
  const encode = (text: string) => new TextEncoder().encode(text);
  const token = (id: number, text: string): TokenInfo => ({
    id,
    bytes: encode(text),
    logprob: -0.5,
    top: [{ id: 98, bytes: encode('b'), logprob: -Infinity }],
  });
  const tokens = [
    token(259, 'the'),
    token(259, 'th'),
    token(258, ' <|sep|>'),
    token(258, ' <|'),
    token(32, '  '),
    token(32, ''),
  ];
  const unpacked = unpackTokens(packTokens(tokens, vocabulary), vocabulary);
  assert.deepEqual(
    unpacked.map(({ bytes, ...rest }) => ({ ...rest, bytes: Uint8Array.from(bytes) })),
    tokens,
  );
});

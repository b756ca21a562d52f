import type { TokenId, TokenKind, Vocabulary } from '../runtime.ts';
import { TOKEN_ATTRIBUTE } from './layout.ts';
import type { LlamaLibrary, Pointer } from './library.ts';

const PIECE_CAPACITY = 256;

/**
 * Reads what is fixed. Bytes are read per token on first use and kept.
 *
 * A sentencepiece vocabulary writes a word's leading space into the token (`▁word` gives " word"), and its tokenizer puts
 * a space before the text. llama.cpp's pieces keep that space everywhere, so the bytes of a whole text begin with one
 * that the text did not have; a completion continues a prompt, where the space is right.
 */
export function readVocabulary(library: LlamaLibrary, pointer: Pointer): Vocabulary {
  const size = library.vocabularySize(pointer);
  const endOfGeneration = new Set<TokenId>();
  const kinds: TokenKind[] = new Array(size);
  for (let token = 0; token < size; token++) {
    kinds[token] = kindOf(library.vocabularyAttributes(pointer, token));
    if (library.vocabularyEndsGeneration(pointer, token)) endOfGeneration.add(token);
  }
  const pieces: (Uint8Array | undefined)[] = new Array(size);
  const check = (token: TokenId): void => {
    if (!Number.isInteger(token) || token < 0 || token >= size) {
      throw new RangeError(`Token ${token} is not in 0..${size - 1}.`);
    }
  };
  const known = (token: TokenId): TokenId | undefined => (token < 0 ? undefined : token);
  return {
    size,
    endOfGeneration,
    bos: known(library.vocabularyBos(pointer)),
    eos: known(library.vocabularyEos(pointer)),
    addBos: library.vocabularyAddsBos(pointer),
    bytes(token) {
      check(token);
      pieces[token] ??= readPiece(library, pointer, token);
      return pieces[token];
    },
    kind(token) {
      check(token);
      return kinds[token]!;
    },
  };
}

function readPiece(library: LlamaLibrary, pointer: Pointer, token: TokenId): Uint8Array {
  let buffer = new Uint8Array(PIECE_CAPACITY);
  let length = library.tokenToPiece(pointer, token, buffer, buffer.length, 0, true);
  if (length < 0) {
    buffer = new Uint8Array(-length);
    length = library.tokenToPiece(pointer, token, buffer, buffer.length, 0, true);
  }
  if (length < 0) throw new Error(`llama.cpp gave no text for token ${token}.`);
  return buffer.slice(0, length);
}

function kindOf(attributes: number): TokenKind {
  if (attributes & TOKEN_ATTRIBUTE.control) return 'control';
  if (attributes & TOKEN_ATTRIBUTE.byte) return 'byte';
  if (attributes & TOKEN_ATTRIBUTE.unknown) return 'unknown';
  if (attributes & TOKEN_ATTRIBUTE.unused) return 'unused';
  if (attributes & TOKEN_ATTRIBUTE.userDefined) return 'user-defined';
  return 'normal';
}

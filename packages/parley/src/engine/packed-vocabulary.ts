import type { TokenId, TokenKind, Vocabulary } from './runtime.ts';

const KINDS: readonly TokenKind[] = ['normal', 'unknown', 'control', 'user-defined', 'unused', 'byte'];

/** A vocabulary as plain data, to be sent across a thread or process boundary. */
export interface PackedVocabularyData {
  /** The bytes of all tokens, one after the other. */
  readonly bytes: Uint8Array;
  /** Where token `i` begins; one entry more than there are tokens. */
  readonly offsets: Uint32Array;
  readonly kinds: Uint8Array;
  readonly endOfGeneration: readonly TokenId[];
  readonly bos: TokenId | undefined;
  readonly eos: TokenId | undefined;
  readonly addBos: boolean;
}

export function packVocabulary(vocabulary: Vocabulary): PackedVocabularyData {
  const { size, endOfGeneration, bos, eos, addBos } = vocabulary;
  const pieces = Array.from({ length: size }, (_, id) => vocabulary.bytes(id));
  const offsets = new Uint32Array(size + 1);
  for (const [id, piece] of pieces.entries()) offsets[id + 1] = offsets[id] + piece.length;
  const bytes = new Uint8Array(offsets[size]);
  for (const [id, piece] of pieces.entries()) bytes.set(piece, offsets[id]);
  const kinds = Uint8Array.from(pieces, (_, id) => KINDS.indexOf(vocabulary.kind(id)));
  return { bytes, offsets, kinds, endOfGeneration: [...endOfGeneration], bos, eos, addBos };
}

export class PackedVocabulary implements Vocabulary {
  readonly size: number;
  readonly endOfGeneration: ReadonlySet<TokenId>;
  readonly bos: TokenId | undefined;
  readonly eos: TokenId | undefined;
  readonly addBos: boolean;
  readonly #data: PackedVocabularyData;

  constructor(data: PackedVocabularyData) {
    this.#data = data;
    this.size = data.offsets.length - 1;
    this.endOfGeneration = new Set(data.endOfGeneration);
    this.bos = data.bos;
    this.eos = data.eos;
    this.addBos = data.addBos;
  }

  bytes(token: TokenId): Uint8Array {
    const { bytes, offsets } = this.#data;
    return bytes.subarray(offsets[token], offsets[token + 1]);
  }

  kind(token: TokenId): TokenKind {
    return KINDS[this.#data.kinds[token]];
  }
}

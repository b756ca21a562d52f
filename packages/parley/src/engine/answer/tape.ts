import type { TokenInfo } from '../../core/event.ts';

/** Text as it came from the engine, with the tokens that it stands for. */
export interface TapePiece {
  readonly text: string;
  readonly tokenCount: number;
  readonly tokens?: readonly TokenInfo[];
  readonly tokenIds?: readonly number[];
}

/** What was taken: the tokens that end in it, and of those that reach into it the bytes that are in it. */
export interface Taken {
  readonly tokenCount: number;
  readonly tokens?: readonly TokenInfo[];
  readonly tokenIds?: readonly number[];
}

interface OpenPiece extends TapePiece {
  /** UTF-16 code units and UTF-8 bytes that have been taken. */
  taken: number;
  takenBytes: number;
}

/** The text of an answer that has not been told yet. A reader says how it falls apart; this says whose tokens it was. */
export class Tape {
  readonly #pieces: OpenPiece[] = [];

  add(piece: TapePiece): void {
    this.#pieces.push({ ...piece, taken: 0, takenBytes: 0 });
  }

  /** Takes the next `length` code units. */
  take(length: number): Taken {
    const all: Mutable = { tokenCount: 0, tokens: undefined, tokenIds: undefined };
    let left = length;
    while (left > 0) {
      const piece = this.#pieces[0];
      if (!piece) throw new Error('more text was read than came');
      const count = Math.min(left, piece.text.length - piece.taken);
      takeFrom(piece, count, all);
      left -= count;
      if (piece.taken === piece.text.length) this.#pieces.shift();
    }
    return finish(all);
  }

  /** Takes what is left: tokens without text at the end. */
  rest(): Taken {
    const all: Mutable = { tokenCount: 0, tokens: undefined, tokenIds: undefined };
    for (const piece of this.#pieces.splice(0)) takeFrom(piece, piece.text.length - piece.taken, all);
    return finish(all);
  }
}

interface Mutable {
  tokenCount: number;
  tokens: TokenInfo[] | undefined;
  tokenIds: number[] | undefined;
}

function takeFrom(piece: OpenPiece, count: number, into: Mutable): void {
  const from = piece.taken;
  const whole = from === 0 && count === piece.text.length;
  piece.taken += count;
  if (piece.tokens) {
    into.tokens ??= [];
    if (whole) into.tokens.push(...piece.tokens);
    else {
      const bytes = Buffer.byteLength(piece.text.slice(from, piece.taken));
      const end = piece.takenBytes + bytes;
      into.tokens.push(...overlapping(piece.tokens, piece.takenBytes, end));
      piece.takenBytes = end;
    }
  }
  if (piece.taken < piece.text.length) return;
  into.tokenCount += piece.tokenCount;
  if (piece.tokenIds) {
    into.tokenIds ??= [];
    into.tokenIds.push(...piece.tokenIds);
  }
}

function overlapping(tokens: readonly TokenInfo[], start: number, end: number): TokenInfo[] {
  const found: TokenInfo[] = [];
  let at = 0;
  for (const token of tokens) {
    const from = Math.max(start, at);
    const to = Math.min(end, at + token.bytes.length);
    if (from < to) found.push({ ...token, bytes: token.bytes.subarray(from - at, to - at) });
    at += token.bytes.length;
  }
  return found;
}

function finish({ tokenCount, tokens, tokenIds }: Mutable): Taken {
  return { tokenCount, ...(tokens && { tokens }), ...(tokenIds && { tokenIds }) };
}

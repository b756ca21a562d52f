import type { TokenInfo } from '../../core/event.ts';
import type { TokenId } from '../runtime.ts';
import type { AnswerText, OutputPiece } from '../text/output-text.ts';
import { type DialectNames, dialectByName } from './dialects.ts';
import type { AnswerPart, AnswerReader, AnswerRules } from './format.ts';

/** An answer that is more than text. Plain data. */
export interface AnswerShape {
  readonly names: DialectNames;
  readonly rules: AnswerRules;
}

interface Waiting {
  readonly token: TokenId;
  readonly info: TokenInfo | undefined;
  readonly mayStop: boolean;
  /** Its characters, counted from the beginning of the answer. */
  readonly start: number;
  readonly end: number;
  inText: boolean;
}

/**
 * Lets stop strings count in the text of an answer alone, not in its reasoning, calls and marks. Tokens wait until it is
 * known what they are; readers hold back no more than what may be the beginning of a mark or a call.
 */
export class GatedText implements AnswerText {
  readonly #text: AnswerText;
  readonly #bytes: (token: TokenId) => Uint8Array;
  readonly #reader: AnswerReader;
  readonly #rawReasoning: boolean;
  readonly #decoder = new TextDecoder();
  #waiting: Waiting[] = [];
  /** Characters that came, and those that the reader has told of. */
  #came = 0;
  #told = 0;
  #ended = false;

  constructor(text: AnswerText, { names, rules }: AnswerShape, bytes: (token: TokenId) => Uint8Array) {
    this.#text = text;
    this.#bytes = bytes;
    this.#reader = dialectByName(names).reader(rules);
    this.#rawReasoning = rules.rawReasoning === true;
  }

  push(token: TokenId, info?: TokenInfo, mayStop = true): OutputPiece | undefined {
    if (this.#ended) throw new Error('The text has ended.');
    const characters = this.#decoder.decode(this.#bytes(token), { stream: true });
    const start = this.#came;
    this.#came += characters.length;
    this.#waiting.push({ token, info, mayStop, start, end: this.#came, inText: false });
    this.#hear(characters === '' ? [] : this.#reader.push(characters));
    return this.#release(this.#told);
  }

  flush(): OutputPiece | undefined {
    if (this.#ended) return undefined;
    this.#hear(this.#reader.end());
    const piece = this.#release(Number.POSITIVE_INFINITY);
    this.#ended = true;
    return piece?.stopped === undefined ? merge(piece, this.#text.flush()) : piece;
  }

  #hear(parts: readonly AnswerPart[]): void {
    for (const part of parts) {
      if (part.type === 'call' || part.type === 'arguments') continue;
      const from = this.#told;
      this.#told += part.type === 'skip' ? part.length : part.text.length;
      if (part.type !== 'text' && !(part.type === 'reasoning' && this.#rawReasoning)) continue;
      for (const one of this.#waiting) if (one.start < this.#told && one.end > from) one.inText = true;
    }
  }

  #release(until: number): OutputPiece | undefined {
    let piece: OutputPiece | undefined;
    while (this.#waiting[0] && this.#waiting[0].end <= until) {
      const { token, info, mayStop, inText } = this.#waiting.shift() as Waiting;
      piece = merge(piece, this.#text.push(token, info, mayStop && inText));
      if (piece?.stopped === undefined) continue;
      this.#ended = true;
      this.#waiting = [];
    }
    return piece;
  }
}

function merge(first: OutputPiece | undefined, second: OutputPiece | undefined): OutputPiece | undefined {
  if (!first || !second) return first ?? second;
  const tokens =
    first.tokens || second.tokens ? [...(first.tokens ?? []), ...(second.tokens ?? [])] : undefined;
  return {
    text: first.text + second.text,
    tokenCount: first.tokenCount + second.tokenCount,
    ...(tokens && { tokens }),
    ...(second.stopped !== undefined && { stopped: second.stopped }),
  };
}

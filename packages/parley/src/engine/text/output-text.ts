import type { TokenInfo } from '../../core/event.ts';
import type { TextOptions } from '../options.ts';
import type { TokenId } from '../runtime.ts';
import { StopMatcher } from './stop-matcher.ts';
import { TokenLedger } from './token-ledger.ts';
import type { TokenText } from './token-text.ts';
import { concatBytes, decodeUtf8, incompleteTail } from './utf8.ts';

export interface OutputPiece {
  /** May be empty: where a stop string was found right away, or where tokens without text are left at the end. */
  readonly text: string;
  /** Sampled tokens whose last byte is in this piece, or that have none. */
  readonly tokenCount: number;
  /** The same tokens, with the bytes that they gave to the text; present when `push` was given any. */
  readonly tokens?: readonly TokenInfo[];
  /** The stop string that ended the text. */
  readonly stopped?: string;
}

/** Where sampled tokens become text. */
export interface AnswerText {
  /** Without `mayStop` no stop string ends in this token's text. Undefined: nothing to show yet. */
  push(token: TokenId, info?: TokenInfo, mayStop?: boolean): OutputPiece | undefined;
  /** The end of the sequence: everything held back. */
  flush(): OutputPiece | undefined;
}

const NO_BYTES = new Uint8Array();
const SPACE = new Uint8Array([0x20]);

/**
 * Sampled tokens in, text out. Held back are the bytes of an unfinished character and bytes that may begin a stop string.
 * The text ends before the stop string that is complete first, or behind it with `includeStop`; what comes after it is
 * dropped, and tokens that gave nothing to the text are in no piece. Stop strings are matched with bytes.
 *
 * With `spacesBetweenSpecialTokens` and special tokens not skipped, a space stands between a special token and what is
 * before and behind it, as Hugging Face's slow tokenizers and vLLM for them join the parts; the space counts as the
 * first byte of the later token. Where special tokens are skipped the option has no effect.
 */
export class OutputText implements AnswerText {
  readonly #tokens: TokenText;
  readonly #options: TextOptions;
  readonly #shown: ReadonlySet<TokenId>;
  readonly #matcher: StopMatcher | undefined;
  readonly #ledger = new TokenLedger();
  /** Bytes of the text that no piece has shown yet. */
  #held: Uint8Array = NO_BYTES;
  /** Whether the last token of the text stands apart; undefined before the first. */
  #lastApart: boolean | undefined;
  #ended = false;

  /** `shown`: special tokens that are part of the text also where others are skipped. */
  constructor(options: TextOptions, tokens: TokenText, shown: ReadonlySet<TokenId> = new Set()) {
    this.#options = options;
    this.#shown = shown;
    this.#tokens = tokens;
    this.#matcher = options.stop.length > 0 ? new StopMatcher(options.stop) : undefined;
  }

  /** Without `mayStop` no stop string ends in this token's text. Undefined: nothing to show yet. */
  push(token: TokenId, info?: TokenInfo, mayStop = true): OutputPiece | undefined {
    if (this.#ended) throw new Error('The text has ended.');
    const entry = this.#tokens.entry(token);
    // Marks that are part of the text are read by somebody, who expects them as the model writes them.
    const apart = entry.special && !this.#shown.has(token);
    if (apart && this.#options.skipSpecialTokens) {
      this.#ledger.add(NO_BYTES, info);
      return undefined;
    }
    const spaced = this.#wantsSpace(apart);
    this.#lastApart = apart;
    const bytes = spaced ? concatBytes(SPACE, entry.bytes) : entry.bytes;
    this.#ledger.add(bytes, info);
    if (this.#matcher === undefined && this.#held.length === 0 && !spaced && entry.text !== undefined) {
      return this.#piece(entry.text, bytes.length);
    }
    const match = this.#matcher?.scan(bytes, mayStop);
    const before = this.#held.length;
    const held = concatBytes(this.#held, bytes);
    if (match !== undefined) {
      const cut = before + (this.#options.includeStop ? match.end : match.start);
      return this.#finish(held.subarray(0, cut), match.stop);
    }
    const free = held.subarray(0, held.length - (this.#matcher?.held ?? 0));
    const whole = free.length - incompleteTail(free);
    this.#held = held.subarray(whole);
    return whole === 0 ? undefined : this.#piece(decodeUtf8(held.subarray(0, whole)), whole);
  }

  /** The end of the sequence: everything held back, an unfinished character as U+FFFD. */
  flush(): OutputPiece | undefined {
    if (this.#ended) return undefined;
    const piece = this.#finish(this.#held);
    return piece.text === '' && piece.tokenCount === 0 ? undefined : piece;
  }

  #wantsSpace(apart: boolean): boolean {
    const { skipSpecialTokens, spacesBetweenSpecialTokens } = this.#options;
    if (skipSpecialTokens || !spacesBetweenSpecialTokens || this.#lastApart === undefined) return false;
    return apart || this.#lastApart;
  }

  #finish(bytes: Uint8Array, stopped?: string): OutputPiece {
    this.#ended = true;
    this.#held = NO_BYTES;
    if (stopped !== undefined) this.#ledger.cut(bytes.length);
    const piece = this.#piece(decodeUtf8(bytes), bytes.length);
    return stopped === undefined ? piece : { ...piece, stopped };
  }

  #piece(text: string, bytes: number): OutputPiece {
    return { text, ...this.#ledger.release(bytes) };
  }
}

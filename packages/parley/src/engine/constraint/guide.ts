import type { ConstraintState } from '@parley/constrain';
import type { TokenId } from '../runtime.ts';
import { decodeUtf8, incompleteTail } from '../text/utf8.ts';
import { constraintFailure } from './errors.ts';
import type { ForcedTokens } from './forced-tokens.ts';

export interface GuideOptions {
  readonly state: ConstraintState;
  readonly param: string;
  /** One bit for each token that ends a generation, in the layout of a mask. */
  readonly endMask: Uint32Array;
  /** Whether the model may end the text where the form is complete; otherwise only the form ends it. */
  readonly mayEnd: boolean;
  /** Short texts as the model would write them. */
  readonly forced: ForcedTokens;
}

/** Bytes that are looked ahead for what must come. */
const FORCED_BYTES = 64;
const NONE: readonly TokenId[] = [];

/** Keeps the text of one sequence in its form. Whatever it is asked, it throws an ApiError 400 out of fuel. */
export class Guide {
  readonly #options: GuideOptions;
  /** Only where the model may not end the text: otherwise the form's own mask is used as it is. */
  readonly #withoutEnd: Uint32Array | undefined;
  /** The next mask, where the form does not remember it. */
  #own: Uint32Array | undefined;
  #due: readonly TokenId[] = NONE;

  constructor(options: GuideOptions) {
    this.#options = options;
    this.#withoutEnd = options.mayEnd ? undefined : new Uint32Array(options.endMask.length);
  }

  /** Whether `mask` only has to look its answer up. */
  get prepared(): boolean {
    return this.#own !== undefined || this.#options.state.prepared;
  }

  /** Does now what `mask` would have to do. */
  prepare(): void {
    const mask = this.#mask();
    if (!this.#options.state.prepared) this.#own = mask.slice();
  }

  /** The tokens that may come next: a view that is valid until the next call. */
  mask(): Uint32Array {
    const mask = this.#own ?? this.#mask();
    const withoutEnd = this.#withoutEnd;
    if (!withoutEnd) return mask;
    const { endMask } = this.#options;
    for (let i = 0; i < mask.length; i++) withoutEnd[i] = mask[i]! & ~endMask[i]!;
    return withoutEnd;
  }

  /** The token that has to come next in any case; the form has advanced over it. */
  get due(): TokenId | undefined {
    return this.#due[0];
  }

  advance(token: TokenId): void {
    if (this.#due.length > 0) this.#due = this.#due.slice(1);
    else if (!this.#advance(token))
      throw new Error(`token ${token} was sampled against the mask of its form`);
  }

  /** Whether the form is complete and nothing but the end may follow. */
  get finished(): boolean {
    const { endMask, state } = this.#options;
    if (!state.complete) return false;
    const mask = this.#mask();
    for (let i = 0; i < mask.length; i++) if ((mask[i]! & ~endMask[i]!) !== 0) return false;
    return true;
  }

  /**
   * Tokens that must come next, up to the last one that is sure: what follows the forced text could join its last token
   * into another. They are advanced over. With `later` they become due one after the other, and none is returned.
   */
  takeForced(limit: number, later: boolean): readonly TokenId[] {
    const bytes = this.#forced();
    if (bytes.length < 2) return NONE;
    const text = decodeUtf8(bytes.subarray(0, bytes.length - incompleteTail(bytes)));
    const tokens = this.#options.forced.of(text);
    const sure = Math.min(tokens.length - 1, limit);
    let taken = 0;
    while (taken < sure && this.#advance(tokens[taken]!)) taken++;
    const forced = tokens.slice(0, taken);
    if (!later) return forced;
    this.#due = forced;
    return NONE;
  }

  #mask(): Uint32Array {
    try {
      return this.#options.state.mask();
    } catch (error) {
      throw constraintFailure(error, this.#options.param);
    }
  }

  #advance(token: TokenId): boolean {
    this.#own = undefined;
    try {
      return this.#options.state.advance(token);
    } catch (error) {
      throw constraintFailure(error, this.#options.param);
    }
  }

  #forced(): Uint8Array {
    try {
      return this.#options.state.forced(FORCED_BYTES);
    } catch (error) {
      throw constraintFailure(error, this.#options.param);
    }
  }
}

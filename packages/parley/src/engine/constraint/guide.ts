import type { ConstraintState } from '@parley/constrain';
import type { TokenId } from '../runtime.ts';
import { constraintFailure } from './errors.ts';

export interface GuideOptions {
  readonly state: ConstraintState;
  readonly param: string;
  /** One bit for each token that ends a generation, in the layout of a mask. */
  readonly endMask: Uint32Array;
  /** Whether the model may end the text where the form is complete; otherwise only the form ends it. */
  readonly mayEnd: boolean;
  /** Tokens of a short text, as the model would write it. */
  readonly tokenize: (text: string) => TokenId[];
}

/** Bytes that are looked ahead for what must come. */
const FORCED_BYTES = 64;

/** Keeps the text of one sequence in its form. */
export class Guide {
  readonly #options: GuideOptions;
  /** Only where the model may not end the text: otherwise the form's own mask is used as it is. */
  readonly #withoutEnd: Uint32Array | undefined;

  constructor(options: GuideOptions) {
    this.#options = options;
    this.#withoutEnd = options.mayEnd ? undefined : new Uint32Array(options.endMask.length);
  }

  /** The tokens that may come next: a view that is valid until the next call. Throws an ApiError 400 out of fuel. */
  mask(): Uint32Array {
    const { endMask } = this.#options;
    const mask = this.#guarded((state) => state.mask());
    const withoutEnd = this.#withoutEnd;
    if (!withoutEnd) return mask;
    for (let i = 0; i < mask.length; i++) withoutEnd[i] = mask[i]! & ~endMask[i]!;
    return withoutEnd;
  }

  advance(token: TokenId): void {
    if (!this.#guarded((state) => state.advance(token))) {
      throw new Error(`token ${token} was sampled against the mask of its form`);
    }
  }

  /** Whether the form is complete and nothing but the end may follow. */
  get finished(): boolean {
    const { endMask, state } = this.#options;
    if (!state.complete) return false;
    const mask = this.#guarded((current) => current.mask());
    for (let i = 0; i < mask.length; i++) if ((mask[i]! & ~endMask[i]!) !== 0) return false;
    return true;
  }

  /**
   * Tokens that must come next, up to the last one that is sure: what follows the forced text could join its last token
   * into another. They are advanced over.
   */
  takeForced(limit: number): TokenId[] {
    const { tokenize } = this.#options;
    const bytes = this.#guarded((current) => current.forced(FORCED_BYTES));
    if (bytes.length < 2) return [];
    const tokens = tokenize(wholeCharacters(bytes)).slice(0, -1).slice(0, limit);
    const taken = tokens.findIndex((token) => !this.#guarded((state) => state.advance(token)));
    return taken < 0 ? tokens : tokens.slice(0, taken);
  }

  #guarded<T>(use: (state: ConstraintState) => T): T {
    const { state, param } = this.#options;
    try {
      return use(state);
    } catch (error) {
      throw constraintFailure(error, param);
    }
  }
}

/** Without the bytes of a last character that is cut. */
function wholeCharacters(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes, { stream: true });
}

/**
 * Why a constraint cannot be used: `invalid` is a mistake in the input, `unsupported` is a correct input that
 * cannot be enforced exactly, `limit` means that the counted work or the number of states ran out.
 */
export type ConstraintErrorKind = 'invalid' | 'unsupported' | 'limit';

export type ConstraintPlace = {
  /** JSON pointer into the schema, or a position such as `3:14` in a grammar or an expression. */
  pointer?: string;
  /** The keyword, operator or syntax element at fault. */
  keyword?: string;
};

/** The only error that this package throws on purpose. */
export class ConstraintError extends Error {
  readonly kind: ConstraintErrorKind;
  readonly pointer: string;
  readonly keyword: string;

  constructor(kind: ConstraintErrorKind, message: string, place: ConstraintPlace = {}) {
    super(place.pointer ? `${message} (at ${place.pointer})` : message);
    this.name = 'ConstraintError';
    this.kind = kind;
    this.pointer = place.pointer ?? '';
    this.keyword = place.keyword ?? '';
  }
}

/** The same error, with a place where one of too much work has none yet; other errors as they are. */
export function placed(error: unknown, pointer: string): unknown {
  if (!(error instanceof ConstraintError) || error.kind !== 'limit' || error.pointer !== '') return error;
  return pointer === '' ? error : new ConstraintError('limit', error.message, { ...error, pointer });
}

/** Units between two calls of `onWork`: less than a millisecond. */
const INTERVAL = 1000;

/** Counted work. Every loop whose length an input decides spends from one of these. */
export class Fuel {
  readonly what: string;
  readonly #onWork: (() => void) | undefined;
  #left = 0;
  /** Below it there is something to do: the end, or a call. */
  #mark = 0;

  constructor(amount: number, what: string, onWork?: () => void) {
    this.what = what;
    this.#onWork = onWork;
    this.refill(amount);
  }

  refill(amount: number): void {
    this.#left = amount;
    this.#mark = this.#onWork ? Math.max(0, amount - INTERVAL) : 0;
  }

  spend(amount = 1): void {
    this.#left -= amount;
    if (this.#left < this.#mark) this.#reached();
  }

  #reached(): void {
    if (this.#left < 0) throw new ConstraintError('limit', `${this.what} needs more work than is allowed`);
    this.#mark = Math.max(0, this.#left - INTERVAL);
    this.#onWork?.();
  }
}

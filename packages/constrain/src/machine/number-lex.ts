import type { NumberState } from '../json/number-state.ts';
import { type Exit, Lex, type LexNext } from './lex.ts';
import type { Lexers } from './lexers.ts';

/** Inside a number, read for several goals at once. */
export class NumberLex extends Lex {
  readonly #lexers: Lexers;
  readonly #readings: readonly { tag: number; state: NumberState }[];
  readonly #ended: Exit | null;

  constructor(id: number, lexers: Lexers, readings: readonly { tag: number; state: NumberState }[]) {
    super(id);
    this.#lexers = lexers;
    this.#readings = readings;
    const tags = new Set(readings.filter((r) => r.state.accepting).map((r) => r.tag));
    const list = [...tags].map((tag) => ({ tag, word: null }));
    this.#ended = list.length > 0 ? lexers.exit(list, true) : null;
  }

  override get ended(): Exit | null {
    return this.#ended;
  }

  protected override compute(byte: number): LexNext {
    const inside = (byte >= 0x30 && byte <= 0x39) || '+-.eE'.includes(String.fromCharCode(byte));
    if (!inside) return this.#ended;
    const next: { tag: number; state: NumberState }[] = [];
    for (const { tag, state } of this.#readings) {
      const to = state.step(byte);
      if (to && !next.some((n) => n.tag === tag && n.state === to)) next.push({ tag, state: to });
    }
    return next.length > 0 ? this.#lexers.number(next) : null;
  }
}

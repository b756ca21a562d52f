import type { Algebra } from '../json/algebra.ts';
import type { NumberState } from '../json/number-state.ts';
import { Exit, type ExitTag, type Lex } from './lex.ts';
import { LiteralLex } from './literal-lex.ts';
import { NumberLex } from './number-lex.ts';
import { StringLex } from './string-lex.ts';
import { isInsideAny, type Reading, START_PHASE, type StringPhase } from './string-reading.ts';

/** Sharing is a matter of speed only: beyond this number it starts anew. */
const MAX_LEXES = 20_000;

/** Makes and shares the scalar positions of one grammar. */
export class Lexers {
  readonly algebra: Algebra;
  readonly #table = new Map<string, Lex>();
  readonly #exits = new Map<string, Exit>();
  #count = 0;

  constructor(algebra: Algebra) {
    this.algebra = algebra;
  }

  #shared(key: string, make: (id: number) => Lex): Lex {
    let lex = this.#table.get(key);
    if (!lex) {
      this.algebra.fuel.spend(16);
      if (this.#table.size >= MAX_LEXES) this.#table.clear();
      lex = make(this.#count++);
      this.#table.set(key, lex);
    }
    return lex;
  }

  exit(tags: readonly ExitTag[], redo = false): Exit {
    const key = JSON.stringify([redo, ...tags.map((t) => [t.tag, t.word])]);
    let exit = this.#exits.get(key);
    if (!exit) {
      exit = new Exit(this.#exits.size, tags, redo);
      this.#exits.set(key, exit);
    }
    return exit;
  }

  string(readings: readonly Reading[], phase: StringPhase = START_PHASE): StringLex {
    if (phase.mode === 'utf8' && !isInsideAny(phase)) return new StringLex(-1, this, readings, phase);
    let key = phase === START_PHASE ? 's' : `s${phase.mode},${phase.value},${phase.left},${phase.high}`;
    for (const r of readings) key += `;${r.tag},${r.re.id},${r.min},${r.max}`;
    return this.#shared(key, (id) => new StringLex(id, this, readings, phase)) as StringLex;
  }

  number(readings: readonly { tag: number; state: NumberState }[]): Lex {
    const key = `n${readings.map((r) => `${r.tag},${r.state.id}`).join(';')}`;
    return this.#shared(key, (id) => new NumberLex(id, this, readings));
  }

  literal(text: 'true' | 'false' | 'null', at: number, tags: readonly number[]): Lex {
    const key = `l${text}${at};${tags.join()}`;
    return this.#shared(key, (id) => new LiteralLex(id, this, text, at, tags));
  }
}

import { ConstraintError, type Fuel, placed } from '../errors.ts';
import { Liveness } from '../regex/live.ts';
import { RePool } from '../regex/pool.ts';
import { cardinality } from './cardinality.ts';
import { Emptiness } from './emptiness.ts';
import { Expansion } from './expansion.ts';
import { NumberStates } from './number-state.ts';
import {
  arrayShape,
  type Constant,
  JSON_TYPES,
  type JsonType,
  type Layer,
  numberShape,
  objectShape,
  type Shape,
  stringShape,
  unitShape,
} from './shape.ts';
import { type Term, TermPool } from './term.ts';

/** Numbers of values up to this one are told apart. */
const MANY = 64;

/** Turns terms into unions of shapes and decides which of them have values. One for each compiled grammar. */
export class Algebra {
  readonly fuel: Fuel;
  readonly pool: RePool;
  readonly liveness: Liveness;
  readonly terms: TermPool;
  readonly numbers: NumberStates;
  readonly emptiness: Emptiness;
  readonly #expansion: Expansion;
  /** Keys come in the order of declaration. */
  readonly ordered: boolean;
  /** Terms being expanded, with the number of object or array boundaries crossed so far. */
  readonly #busy = new Map<string, number>();
  readonly #singles = new Map<string, Layer>();
  readonly #constants = new Map<string, Constant<unknown>>();
  readonly #tops = new Map<JsonType, Shape>();
  /** Lower bounds on the number of values. */
  readonly #atLeast = new Map<Term, number>();
  #boundary = 0;
  #layers = 0;

  constructor(fuel: Fuel, ordered = false) {
    this.ordered = ordered;
    this.fuel = fuel;
    this.pool = new RePool(fuel);
    this.liveness = new Liveness(this.pool, fuel);
    this.terms = new TermPool(fuel);
    this.numbers = new NumberStates(this.pool, fuel);
    this.emptiness = new Emptiness(this);
    this.#expansion = new Expansion(this);
  }

  top(type: JsonType): Shape {
    let shape = this.#tops.get(type);
    if (!shape) {
      shape = this.#makeTop(type);
      this.#tops.set(type, shape);
    }
    return shape;
  }

  #makeTop(type: JsonType): Shape {
    if (type === 'string') return stringShape(this.pool.any);
    if (type === 'number') return numberShape({});
    if (type === 'array') return arrayShape(this.terms.true, {});
    if (type === 'object') return objectShape(this.pool.any, {});
    return unitShape(type);
  }

  /** A new layer of an object shape. */
  layer(props: ReadonlyMap<string, Term>, patterns: Layer['patterns'], additional: Term): Layer {
    return { id: this.#layers++, props, patterns, additional };
  }

  /** The layer that constrains one name only; always the same for the same name and term. */
  single(name: string, term: Term): Layer {
    const key = `${term.id}:${name}`;
    let layer = this.#singles.get(key);
    if (!layer) {
      layer = this.layer(new Map([[name, term]]), [], this.terms.true);
      this.#singles.set(key, layer);
    }
    return layer;
  }

  /** `text`: the value's canonical text. */
  constant<Value>(text: string, value: Value): Constant<Value> {
    let constant = this.#constants.get(text);
    if (!constant) {
      this.fuel.spend(4 + (text.length >> 4));
      constant = { id: this.#constants.size, value };
      this.#constants.set(text, constant);
    }
    return constant as Constant<Value>;
  }

  get expanding(): boolean {
    return this.#busy.size > 0;
  }

  /** Runs a question about the parts of an object or array. */
  inside<T>(ask: () => T): T {
    this.#boundary++;
    try {
      return ask();
    } finally {
      this.#boundary--;
    }
  }

  /** All shapes of a finished grammar that have a value. */
  alternatives(term: Term, type: JsonType): readonly Shape[] {
    const known = term.alternatives?.get(type);
    if (known) return known;
    const list = (this.shapes(term, type) ?? []).filter((s) => this.emptiness.shape(s) === 'yes');
    if (!this.expanding) {
      term.alternatives ??= new Map();
      term.alternatives.set(type, list);
    }
    return list;
  }

  hasValue(term: Term): boolean {
    return this.emptiness.term(term) === 'yes';
  }

  /** Whether the term is known to have more than so many values. */
  hasMoreThan(term: Term, count: number): boolean {
    let known = this.#atLeast.get(term);
    if (known === undefined || (known >= MANY && known <= count)) {
      known = cardinality(this, term, Math.max(count + 1, MANY));
      if (!this.expanding) this.#atLeast.set(term, known);
    }
    return known > count;
  }

  /** Null while an enclosing question about the same term is still open. */
  shapes(term: Term, type: JsonType): readonly Shape[] | null {
    const known = term.shapes?.get(type);
    if (known) return known;
    const key = `${term.id}${type}`;
    const busy = this.#busy.get(key);
    if (busy !== undefined && busy < this.#boundary) return null;
    if (busy !== undefined) {
      throw new ConstraintError('invalid', 'The schema refers to itself with no object or array between', {
        pointer: term.pointer,
        keyword: '$ref',
      });
    }
    this.#busy.set(key, this.#boundary);
    try {
      const list = this.#expansion.of(term, type);
      if (list) {
        term.shapes ??= new Map();
        term.shapes.set(type, list);
      }
      return list;
    } catch (error) {
      throw placed(error, term.pointer);
    } finally {
      this.#busy.delete(key);
    }
  }

  /** The types that a value of the term can have. */
  typesOf(term: Term): JsonType[] {
    return JSON_TYPES.filter((type) => this.alternatives(term, type).length > 0);
  }
}

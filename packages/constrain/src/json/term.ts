import type { Fuel } from '../errors.ts';
import type { JsonType, Shape } from './shape.ts';

/**
 * A constraint on a JSON value, in negation normal form.
 * - `types`: the value's type is in the set;
 * - `leaf`: a value of the type has one of the shapes; values of other types pass when `positive`, else fail;
 * - `one`: exactly one part holds;
 * - `ref`: the term that `body` makes when first needed, so that recursive schemas are finite.
 */
export class Term {
  readonly id: number;
  readonly kind: 'true' | 'false' | 'types' | 'leaf' | 'and' | 'or' | 'one' | 'ref';
  readonly parts: readonly Term[];
  readonly types: ReadonlySet<JsonType>;
  readonly leaf: Leaf | null;
  readonly positive: boolean;
  readonly body: () => Term;
  /** What is known of the values of each type; most terms are never asked. */
  shapes: Map<JsonType, readonly Shape[]> | null = null;
  alternatives: Map<JsonType, readonly Shape[]> | null = null;
  complement: Term | null = null;
  /** Whether a value exists, once known. */
  hasValue: boolean | null = null;
  pointer = '';

  constructor(id: number, init: TermInit) {
    this.id = id;
    this.kind = init.kind;
    this.parts = init.parts ?? [];
    this.types = init.types ?? NO_TYPES;
    this.leaf = init.leaf ?? null;
    this.positive = init.positive ?? true;
    this.body = init.body ?? (() => this);
  }
}

type TermInit = Pick<Term, 'kind'> & Partial<Pick<Term, 'parts' | 'types' | 'leaf' | 'positive' | 'body'>>;

/** One keyword: the shapes it allows for values of its type, and the shapes that violate it. */
export type Leaf = { type: JsonType; yes: () => Shape[]; no: () => Shape[] };

const NO_TYPES: ReadonlySet<JsonType> = new Set();

export class TermPool {
  readonly #table = new Map<string, Term>();
  readonly #fuel: Fuel;
  #count = 0;
  readonly true: Term;
  readonly false: Term;

  constructor(fuel: Fuel) {
    this.#fuel = fuel;
    this.true = this.#new({ kind: 'true' });
    this.false = this.#new({ kind: 'false' });
    this.#pair(this.true, this.false);
  }

  #new(init: TermInit): Term {
    this.#fuel.spend(4);
    return new Term(this.#count++, init);
  }

  #keyed(key: string, init: () => TermInit): Term {
    let term = this.#table.get(key);
    if (!term) {
      term = this.#new(init());
      this.#table.set(key, term);
    }
    return term;
  }

  #pair(a: Term, b: Term): void {
    a.complement = b;
    b.complement = a;
  }

  types(list: Iterable<JsonType>): Term {
    const types = new Set(list);
    if (types.size === 7) return this.true;
    if (types.size === 0) return this.false;
    return this.#keyed(`t${[...types].sort().join()}`, () => ({ kind: 'types', types }));
  }

  /** `key` identifies equal leaves; without one, every call makes a term of its own. */
  leaf(leaf: Leaf, key?: string): Term {
    const init = (): TermInit => ({ kind: 'leaf', leaf });
    return key === undefined ? this.#new(init()) : this.#keyed(`l${key}`, init);
  }

  ref(body: () => Term): Term {
    let made: Term | null = null;
    return this.#new({
      kind: 'ref',
      body: () => {
        made ??= body();
        return made;
      },
    });
  }

  and(list: readonly Term[]): Term {
    return this.#join('and', list, this.true, this.false);
  }

  or(list: readonly Term[]): Term {
    return this.#join('or', list, this.false, this.true);
  }

  #join(kind: 'and' | 'or', list: readonly Term[], unit: Term, absorbing: Term): Term {
    const seen = new Set<Term>();
    for (const item of list) {
      for (const part of item.kind === kind ? item.parts : [item]) if (part !== unit) seen.add(part);
    }
    for (const part of seen) {
      if (part === absorbing || (part.complement && seen.has(part.complement))) return absorbing;
    }
    if (seen.size === 0) return unit;
    const parts = [...seen].sort((a, b) => a.id - b.id);
    this.#fuel.spend(parts.length);
    if (parts.length === 1) return parts[0]!;
    return this.#keyed(`${kind}${parts.map((p) => p.id).join()}`, () => ({ kind, parts }));
  }

  /** Exactly one of the parts; equal parts cancel each other. */
  one(list: readonly Term[]): Term {
    if (list.length === 1) return list[0]!;
    const parts = [...list].sort((a, b) => a.id - b.id);
    return this.#keyed(`one${parts.map((p) => p.id).join()}`, () => ({ kind: 'one', parts }));
  }

  not(term: Term): Term {
    if (!term.complement) this.#pair(term, this.#negate(term));
    return term.complement!;
  }

  #negate(term: Term): Term {
    switch (term.kind) {
      case 'types':
        return this.types(ALL_TYPES.filter((t) => !term.types.has(t)));
      case 'leaf':
        return this.#new({ kind: 'leaf', leaf: term.leaf, positive: !term.positive });
      case 'and':
        return this.or(term.parts.map((p) => this.not(p)));
      case 'or':
        return this.and(term.parts.map((p) => this.not(p)));
      case 'one':
        return this.#notOne(term.parts);
      default:
        return this.ref(() => this.not(term.body()));
    }
  }

  #notOne(parts: readonly Term[]): Term {
    const several: Term[] = [this.and(parts.map((p) => this.not(p)))];
    for (let i = 0; i < parts.length; i++) {
      for (let j = i + 1; j < parts.length; j++) several.push(this.and([parts[i]!, parts[j]!]));
    }
    return this.or(several);
  }
}

const ALL_TYPES: readonly JsonType[] = ['null', 'true', 'false', 'number', 'string', 'array', 'object'];

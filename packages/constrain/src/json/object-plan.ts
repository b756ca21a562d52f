import { ConstraintError } from '../errors.ts';
import { matches } from '../regex/moves.ts';
import type { Re } from '../regex/pool.ts';
import { codePoints, compareWords } from '../regex/word-lists.ts';
import type { Algebra } from './algebra.ts';
import type { Status } from './emptiness.ts';
import { ObjectItem, type ObjectProgress } from './object-item.ts';
import type { Rivals } from './rivals.ts';
import type { Layer, ObjectConstant, ObjectShape } from './shape.ts';
import type { Term } from './term.ts';

/** Keys that no part of the shape names, whose values obey one term. */
export type KeyClass = { re: Re; term: Term };

const MAX_CLASSES = 256;

/** What an object shape says about each key, whatever values it excludes: its names, their terms, and the classes of all other keys. */
export class ObjectPlan {
  readonly algebra: Algebra;
  readonly shape: ObjectShape;
  readonly id: number;
  readonly names: readonly string[];
  readonly index = new Map<string, number>();
  /** The names that a name asks for. */
  readonly implied = new Map<number, number[]>();
  readonly #points: number[][];
  readonly #terms: (Term | undefined)[] = [];
  readonly #declared: number[] = [];
  readonly #items = new Map<string, ObjectItem>();
  #classes: KeyClass[] | null = null;

  /** `more`: names that the shape does not have, whose keys must be told apart. */
  constructor(algebra: Algebra, shape: ObjectShape, id: number, more: readonly string[]) {
    this.algebra = algebra;
    this.shape = shape;
    this.id = id;
    const declared = namesOf(shape);
    for (const name of more) declared.add(name);
    algebra.fuel.spend(declared.size * 3);
    const sorted = [...declared].map((name) => ({ name, points: codePoints(name) }));
    sorted.sort((a, b) => compareWords(a.points, b.points));
    this.names = sorted.map((n) => n.name);
    this.#points = sorted.map((n) => n.points);
    for (const [i, name] of this.names.entries()) this.index.set(name, i);
    for (const [key, others] of shape.implied) {
      const i = this.index.get(key)!;
      this.implied.set(i, [...(this.implied.get(i) ?? []), ...others.map((name) => this.index.get(name)!)]);
    }
    for (const [at, name] of [...declared].entries()) this.#declared[this.index.get(name)!] = at;
  }

  /** The position at which the schema declares the name. */
  declaredAt(i: number): number {
    return this.#declared[i]!;
  }

  /** What the value of a named key satisfies; the false term when the key is forbidden. */
  term(i: number): Term {
    let term = this.#terms[i];
    if (!term) {
      const { terms, pool } = this.algebra;
      const allowed = this.shape.names === pool.any || matches(pool, this.shape.names, this.#points[i]!);
      term = allowed ? terms.and(this.shape.layers.flatMap((l) => this.#layerTerms(l, i))) : terms.false;
      this.#terms[i] = term;
    }
    return term;
  }

  #layerTerms(layer: Layer, i: number): Term[] {
    const out: Term[] = [];
    const own = layer.props.get(this.names[i]!);
    if (own) out.push(own);
    for (const { re, term } of layer.patterns) {
      if (matches(this.algebra.pool, re, this.#points[i]!)) out.push(term);
    }
    return out.length > 0 ? out : [layer.additional];
  }

  /**
   * Whether a name takes no room and asks for nothing: an object that can be completed without it can be completed
   * with it.
   */
  isFree(i: number): boolean {
    const { shape, algebra } = this;
    const bounded = shape.max < Infinity || shape.exists.length > 0 || algebra.ordered;
    return !bounded && !this.implied.has(i);
  }

  nameStatus(i: number): Status {
    return this.algebra.emptiness.term(this.term(i));
  }

  matchesName(i: number, re: Re): boolean {
    return matches(this.algebra.pool, re, this.#points[i]!);
  }

  /** Disjoint; together they are all allowed keys that are not named. */
  classes(): readonly KeyClass[] {
    this.#classes ??= this.#makeClasses();
    return this.#classes;
  }

  #makeClasses(): KeyClass[] {
    const { pool, terms, liveness } = this.algebra;
    const others = this.names.length > 0 ? pool.not(pool.words(this.names)) : pool.any;
    let classes: KeyClass[] = [{ re: pool.and([this.shape.names, others]), term: terms.true }];
    for (const layer of this.shape.layers) {
      classes = classes.flatMap((c) => this.#split(c, layer));
      if (classes.length > MAX_CLASSES)
        throw new ConstraintError('limit', 'Too many patterns for keys overlap');
    }
    return classes.filter((c) => c.term !== terms.false && liveness.live(c.re));
  }

  #split(base: KeyClass, layer: Layer): KeyClass[] {
    const { pool, terms, liveness, fuel } = this.algebra;
    let parts: (KeyClass & { matched: boolean })[] = [{ ...base, matched: false }];
    for (const pattern of layer.patterns) {
      fuel.spend(40 * parts.length);
      parts = parts.flatMap((p) => [
        { re: pool.and([p.re, pattern.re]), term: terms.and([p.term, pattern.term]), matched: true },
        { ...p, re: pool.and([p.re, pool.not(pattern.re)]) },
      ]);
      parts = parts.filter((p) => p.term !== terms.false && liveness.live(p.re));
      if (parts.length > MAX_CLASSES)
        throw new ConstraintError('limit', 'Too many patterns for keys overlap');
    }
    return parts.map((p) => (p.matched ? p : { re: p.re, term: terms.and([p.term, layer.additional]) }));
  }

  item({ seen, count, pending, extras, fresh, rivals }: ObjectProgress): ObjectItem {
    const { shape } = this;
    const counted = shape.max === Infinity ? Math.min(count, shape.min) : count;
    const tracks = counted < shape.min || shape.exists.length > 0;
    const tracked = tracks ? extras : [];
    const last = tracks ? fresh : null;
    const told = `${tracked.length > 0 ? JSON.stringify(tracked) : ''}${last ? `+${last.id}` : ''}`;
    const key = `${seen.toString(36)};${counted};${pending.join()};${rivals.map((r) => r.id).join()};${told}`;
    let item = this.#items.get(key);
    if (!item) {
      const at = { seen, count: counted, pending, extras: tracked, fresh: last, rivals };
      item = new ObjectItem(this, `o${this.id};${key}`, at);
      this.#items.set(key, item);
    }
    return item;
  }

  /** Before the first member of an object that is to be none of the rivals. */
  start(rivals: Rivals<ObjectConstant>): ObjectItem {
    const possible = rivals.filter((r) => Object.keys(r.value).every((name) => this.index.has(name)));
    const pending = this.shape.exists.map((_, i) => i);
    return this.item({ seen: 0n, count: 0, pending, extras: [], fresh: null, rivals: possible });
  }
}

function namesOf(shape: ObjectShape): Set<string> {
  const names = new Set<string>();
  for (const layer of shape.layers) for (const name of layer.props.keys()) names.add(name);
  for (const name of shape.required) names.add(name);
  for (const [key, others] of shape.implied) {
    names.add(key);
    for (const name of others) names.add(name);
  }
  return names;
}

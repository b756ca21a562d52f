import { ConstraintError } from '../errors.ts';
import type { Algebra } from './algebra.ts';
import { intersectAll, intersectShapes } from './intersect.ts';
import type { JsonType, Shape } from './shape.ts';
import { withoutImplied, withoutSubsumed } from './subsume.ts';
import type { Term } from './term.ts';

const MAX_SHAPES = 2048;

/** Turns terms into unions of shapes. */
export class Expansion {
  readonly #algebra: Algebra;

  constructor(algebra: Algebra) {
    this.#algebra = algebra;
  }

  /** The shapes of the term's values of a type; null while that is being asked further out. */
  of(term: Term, type: JsonType): readonly Shape[] | null {
    this.#algebra.fuel.spend(4);
    switch (term.kind) {
      case 'true':
        return [this.#algebra.top(type)];
      case 'false':
        return [];
      case 'types':
        return term.types.has(type) ? [this.#algebra.top(type)] : [];
      case 'leaf':
        if (term.leaf!.type !== type) return term.positive ? [this.#algebra.top(type)] : [];
        return this.#distinct(term.positive ? term.leaf!.yes() : term.leaf!.no(), type);
      case 'ref':
        return this.#algebra.shapes(term.body(), type);
      case 'or':
        return this.#union(term.parts, type);
      case 'and':
        return this.#intersection(term.parts, type);
      case 'one':
        return this.#exactlyOne(term.parts, type);
    }
  }

  #distinct(list: readonly Shape[], type: JsonType): readonly Shape[] {
    const top = this.#algebra.top(type);
    const found = new Map<string, Shape>();
    for (const shape of list) {
      if (shape.key === top.key) return [top];
      found.set(shape.key, shape);
    }
    this.#algebra.fuel.spend(list.length);
    if (found.size > MAX_SHAPES) throw new ConstraintError('limit', 'The schema has too many alternatives');
    return [...found.values()];
  }

  #union(parts: readonly Term[], type: JsonType): readonly Shape[] | null {
    const all: Shape[] = [];
    for (const part of parts) {
      const list = this.#algebra.shapes(part, type);
      if (!list) return null;
      for (const shape of list) all.push(shape);
    }
    return this.#distinct(all, type);
  }

  #intersection(parts: readonly Term[], type: JsonType): readonly Shape[] | null {
    const lists: (readonly Shape[])[] = [];
    let open = false;
    for (const part of parts) {
      const list = this.#algebra.shapes(part, type);
      if (list?.length === 0) return list;
      if (list) lists.push(list);
      else open = true;
    }
    if (open) return null;
    lists.sort((a, b) => a.length - b.length);
    const several = lists.findIndex((list) => list.length > 1);
    const single = several < 0 ? lists.length : several;
    let out =
      single > 0
        ? this.#common(
            lists.slice(0, single).map((list) => list[0]!),
            type,
          )
        : lists[0]!;
    for (const list of lists.slice(Math.max(1, single))) {
      if (out.length === 0) return out;
      out = this.#product(out, list, type);
    }
    return out;
  }

  /** The intersection of single shapes. */
  #common(shapes: readonly Shape[], type: JsonType): readonly Shape[] {
    const top = this.#algebra.top(type);
    const some = shapes.filter((s) => s !== top);
    if (some.length < 2) return [some[0] ?? top];
    this.#algebra.fuel.spend(8 * some.length);
    const all = intersectAll(some, this.#algebra.pool, this.#algebra.terms);
    return all ? this.#distinct([all], type) : [];
  }

  #product(a: readonly Shape[], b: readonly Shape[], type: JsonType): readonly Shape[] {
    const top = this.#algebra.top(type);
    if (b.length === 1 && b[0] === top) return a;
    if (a.length === 1 && a[0] === top) return b;
    const all: Shape[] = [];
    for (const x of a) {
      for (const y of b) {
        this.#algebra.fuel.spend(8);
        const both = intersectShapes(x, y, this.#algebra.pool, this.#algebra.terms);
        if (both) all.push(a.length * b.length > 1 ? withoutImplied(both, this.#algebra) : both);
      }
    }
    const list = this.#distinct(all, type);
    if (list.length < 2) return list;
    const live = list.filter((s) => this.#algebra.emptiness.shape(s) !== 'no');
    return live.length < 3 ? live : withoutSubsumed(live, this.#algebra.fuel);
  }

  #exactlyOne(parts: readonly Term[], type: JsonType): readonly Shape[] | null {
    const lists = parts.map((p) => this.#algebra.shapes(p, type));
    if (lists.some((l) => !l)) return null;
    const out: Shape[] = [];
    for (let i = 0; i < parts.length; i++) {
      let left = lists[i]!;
      for (let j = 0; j < parts.length && left.length > 0; j++) {
        if (i === j || !this.#overlap(left, lists[j]!)) continue;
        const others = this.#algebra.shapes(this.#algebra.terms.not(parts[j]!), type);
        if (!others) return null;
        left = this.#product(left, others, type);
      }
      out.push(...left);
    }
    return this.#distinct(out, type);
  }

  #overlap(a: readonly Shape[], b: readonly Shape[]): boolean {
    for (const x of a) {
      for (const y of b) {
        this.#algebra.fuel.spend(8);
        const both = intersectShapes(x, y, this.#algebra.pool, this.#algebra.terms);
        if (both && this.#algebra.emptiness.shape(both) !== 'no') return true;
      }
    }
    return false;
  }
}

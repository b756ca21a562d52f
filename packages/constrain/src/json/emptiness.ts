import type { Algebra } from './algebra.ts';
import type { ArrayItem } from './array-item.ts';
import { ArrayPlan } from './array-plan.ts';
import type { ObjectItem } from './object-item.ts';
import { ObjectPlan } from './object-plan.ts';
import {
  type ArrayShape,
  arrayShape,
  JSON_TYPES,
  type ObjectShape,
  objectShape,
  type Shape,
} from './shape.ts';
import type { Term } from './term.ts';

/** `maybe`: the answer depends on a question that is still being asked further out. */
export type Status = 'yes' | 'no' | 'maybe';

/** Decides whether terms and shapes have any finite value: the least fixed point over recursive schemas. */
export class Emptiness {
  readonly #algebra: Algebra;
  readonly #active = new Set<Term>();
  readonly #arrays = new Map<string, ArrayPlan>();
  readonly #objects = new Map<string, ObjectPlan>();

  constructor(algebra: Algebra) {
    this.#algebra = algebra;
  }

  term(term: Term): Status {
    if (term.hasValue !== null) return term.hasValue ? 'yes' : 'no';
    if (this.#active.has(term)) return 'maybe';
    this.#algebra.fuel.spend(8);
    this.#active.add(term);
    const found = this.#algebra.inside(() => this.#anyType(term));
    this.#active.delete(term);
    const outermost = this.#active.size === 0 && !this.#algebra.expanding;
    const status = found === 'maybe' && outermost ? 'no' : found;
    if (status !== 'maybe') term.hasValue = status === 'yes';
    return status;
  }

  #anyType(term: Term): Status {
    let open = false;
    for (const type of JSON_TYPES) {
      const shapes = this.#algebra.shapes(term, type);
      if (!shapes) open = true;
      for (const shape of shapes ?? []) {
        const status = this.shape(shape);
        if (status === 'yes') return 'yes';
        if (status === 'maybe') open = true;
      }
    }
    return open ? 'maybe' : 'no';
  }

  shape(shape: Shape): Status {
    switch (shape.type) {
      case 'string':
        return this.#algebra.liveness.liveWithin(shape.re, shape.min, shape.max) ? 'yes' : 'no';
      case 'number':
        return this.#algebra.numbers.live(shape) ? 'yes' : 'no';
      case 'array':
        return this.#algebra.inside(() => this.arrayStart(shape).feasible());
      case 'object':
        return this.#algebra.inside(() => this.objectStart(shape).feasible());
      default:
        return 'yes';
    }
  }

  array(shape: ArrayShape): ArrayPlan {
    const plain = shape.excluded.length > 0 ? arrayShape(shape.rest, { ...shape, excluded: [] }) : shape;
    let plan = this.#arrays.get(plain.key);
    if (!plan) {
      plan = new ArrayPlan(this.#algebra, plain, this.#arrays.size);
      this.#arrays.set(plain.key, plan);
    }
    return plan;
  }

  arrayStart(shape: ArrayShape): ArrayItem {
    return this.array(shape).start(shape.excluded);
  }

  object(shape: ObjectShape): ObjectPlan {
    if (shape.excluded.length === 0) return this.#objectPlan(shape, []);
    const plain = objectShape(shape.names, { ...shape, excluded: [] });
    const plan = this.#objectPlan(plain, []);
    const keys = new Set(shape.excluded.flatMap((c) => Object.keys(c.value)));
    const strange = [...keys].filter((key) => !plan.index.has(key)).sort();
    return strange.length === 0 || plan.classes().length === 0 ? plan : this.#objectPlan(plain, strange);
  }

  objectStart(shape: ObjectShape): ObjectItem {
    return this.object(shape).start(shape.excluded);
  }

  #objectPlan(shape: ObjectShape, more: readonly string[]): ObjectPlan {
    const key = more.length > 0 ? shape.key + JSON.stringify(more) : shape.key;
    let plan = this.#objects.get(key);
    if (!plan) {
      plan = new ObjectPlan(this.#algebra, shape, this.#objects.size, more);
      this.#objects.set(key, plan);
    }
    return plan;
  }
}

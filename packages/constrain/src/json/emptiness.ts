import type { Algebra } from './algebra.ts';
import { ArrayPlan } from './array-plan.ts';
import { ObjectPlan } from './object-plan.ts';
import { JSON_TYPES, type Shape } from './shape.ts';
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
        return this.#algebra.inside(() => this.array(shape.key, shape).status());
      case 'object':
        return this.#algebra.inside(() => this.object(shape.key, shape).status());
      default:
        return 'yes';
    }
  }

  array(key: string, shape: Shape & { type: 'array' }): ArrayPlan {
    let plan = this.#arrays.get(key);
    if (!plan) {
      plan = new ArrayPlan(this.#algebra, shape, this.#arrays.size);
      this.#arrays.set(key, plan);
    }
    return plan;
  }

  object(key: string, shape: Shape & { type: 'object' }): ObjectPlan {
    let plan = this.#objects.get(key);
    if (!plan) {
      plan = new ObjectPlan(this.#algebra, shape, this.#objects.size);
      this.#objects.set(key, plan);
    }
    return plan;
  }
}

import type { Algebra } from '../json/algebra.ts';
import { JSON_TYPES, type Shape } from '../json/shape.ts';
import type { Term } from '../json/term.ts';

/**
 * Visits every term that a value can reach, so that whatever cannot be enforced is found now and not while decoding.
 */
export function checkReachable(algebra: Algebra, root: Term): void {
  const seen = new Set([root]);
  for (const term of seen) {
    algebra.fuel.spend(8);
    for (const type of JSON_TYPES) {
      for (const shape of algebra.alternatives(term, type)) {
        for (const child of children(algebra, shape)) if (algebra.hasValue(child)) seen.add(child);
      }
    }
  }
}

function* children(algebra: Algebra, shape: Shape): Iterable<Term> {
  const { terms, emptiness } = algebra;
  if (shape.type === 'object') {
    const plan = emptiness.object(shape);
    for (let i = 0; i < plan.names.length; i++) yield plan.term(i);
    for (const { term } of plan.classes()) yield term;
    for (const exists of shape.exists) {
      for (let i = 0; i < plan.names.length; i++) {
        if (plan.matchesName(i, exists.re)) yield terms.and([plan.term(i), exists.term]);
      }
      for (const { term } of plan.classes()) yield terms.and([term, exists.term]);
    }
  }
  if (shape.type === 'array') {
    const plan = emptiness.array(shape);
    for (let i = 0; i <= shape.prefix.length; i++) {
      const slot = plan.slot(i);
      yield slot;
      for (const contains of shape.contains) {
        yield terms.and([slot, contains.term]);
        yield terms.and([slot, terms.not(contains.term)]);
      }
    }
  }
}

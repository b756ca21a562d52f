import { ConstraintError } from '../errors.ts';
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
        for (const child of children(algebra, shape, term)) if (algebra.hasValue(child)) seen.add(child);
      }
    }
  }
}

function* children(algebra: Algebra, shape: Shape, from: Term): Iterable<Term> {
  const { terms, emptiness } = algebra;
  if (shape.type === 'object') {
    const plan = emptiness.object(shape.key, shape);
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
    const plan = emptiness.array(shape.key, shape);
    for (let i = 0; i <= shape.prefix.length; i++) {
      const slot = plan.slot(i);
      yield slot;
      if (shape.unique && shape.max > 1) checkUnique(algebra, slot, from);
      for (const contains of shape.contains) {
        yield terms.and([slot, contains.term]);
        yield terms.and([slot, terms.not(contains.term)]);
      }
    }
  }
}

/**
 * An object or array that equals an earlier item is refused at its last byte; so it must always be possible to go on
 * instead: another key, another item.
 */
function checkUnique(algebra: Algebra, slot: Term, from: Term): void {
  for (const type of ['array', 'object'] as const) {
    for (const shape of algebra.alternatives(slot, type)) {
      if (isOpen(algebra, shape)) continue;
      throw new ConstraintError(
        'unsupported',
        'uniqueItems: items that are closed objects cannot be told apart',
        {
          pointer: from.pointer,
          keyword: 'uniqueItems',
        },
      );
    }
  }
}

function isOpen(algebra: Algebra, shape: Shape): boolean {
  if (shape.type === 'array') return shape.max === Infinity && algebra.hasValue(shape.rest) && !shape.unique;
  if (shape.type !== 'object' || shape.max !== Infinity) return false;
  const classes = algebra.emptiness.object(shape.key, shape).classes();
  return classes.some((c) => algebra.hasValue(c.term) && algebra.liveness.count(c.re) === Infinity);
}

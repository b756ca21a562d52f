import type { Algebra } from './algebra.ts';
import type { Shape } from './shape.ts';

/** Whether every value of the shape can still grow into endlessly many others. */
export function isOpen(algebra: Algebra, shape: Shape): boolean {
  if (shape.type === 'array') {
    const limited = shape.max < Infinity || shape.unique || shape.contains.some((c) => c.max < Infinity);
    return !limited && algebra.hasValue(shape.rest);
  }
  if (shape.type !== 'object' || shape.max !== Infinity) return false;
  const classes = algebra.emptiness.object(shape).classes();
  return classes.some((c) => algebra.hasValue(c.term) && algebra.liveness.count(c.re) === Infinity);
}

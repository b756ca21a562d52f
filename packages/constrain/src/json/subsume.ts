import type { Fuel } from '../errors.ts';
import type { Re } from '../regex/pool.ts';
import type { Algebra } from './algebra.ts';
import { type Layer, type ObjectShape, objectShape, type Shape } from './shape.ts';
import type { Term } from './term.ts';

/** Leaves out alternatives that another one plainly contains; negations multiply into many such. */
export function withoutSubsumed(list: readonly Shape[], fuel: Fuel): readonly Shape[] {
  const shapes = list.filter((s) => s.type === 'object');
  if (shapes.length < list.length) return list;
  const byWeight = [...shapes].sort((a, b) => weight(a) - weight(b));
  const kept: ObjectShape[] = [];
  for (const shape of byWeight) {
    fuel.spend(1 + (kept.length >> 2));
    if (!kept.some((k) => contains(k, shape))) kept.push(shape);
  }
  return kept;
}

/** Leaves out layers on a single name that the other layers imply; what remains is more often equal to another one. */
export function withoutImplied(shape: Shape, { terms, emptiness, fuel }: Algebra): Shape {
  if (shape.type !== 'object') return shape;
  let layers = shape.layers;
  for (const layer of shape.layers) {
    if (!isSingle(layer, terms.true)) continue;
    const [[name, term]] = [...layer.props] as [[string, Term]];
    const others = layers.filter((l) => l !== layer);
    fuel.spend(others.length);
    const plain = others.filter((l) => l.patterns.length === 0);
    const known = terms.and(plain.map((l) => l.props.get(name) ?? l.additional));
    if (emptiness.term(terms.and([known, terms.not(term)])) === 'no') layers = others;
  }
  return layers.length === shape.layers.length ? shape : objectShape(shape.names, { ...shape, layers });
}

function isSingle(layer: Layer, additional: Term): boolean {
  return layer.props.size === 1 && layer.patterns.length === 0 && layer.additional === additional;
}

const isAny = (re: Re) => re.kind === 'not' && re.parts[0]!.kind === 'empty';

const weight = (s: ObjectShape) =>
  s.layers.length + s.required.length + s.implied.length + s.exists.length + s.excluded.length;

/** Whether every constraint of `a` is one of `b`, so that `b` adds nothing to the union. */
function contains(a: ObjectShape, b: ObjectShape): boolean {
  return (
    a.min <= b.min &&
    a.max >= b.max &&
    (a.names === b.names || isAny(a.names)) &&
    subset(a.layers, b.layers) &&
    subset(a.required, b.required) &&
    subset(a.implied, b.implied) &&
    subset(a.excluded, b.excluded) &&
    a.exists.every((e) => b.exists.some((f) => e.re === f.re && e.term === f.term))
  );
}

function subset(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.every((x) => b.includes(x));
}

import type { Term } from '../json/term.ts';
import type { Re } from '../regex/pool.ts';

/** The right side of a rule. */
export type Expression =
  | { t: 're'; re: Re }
  | { t: 'rule'; name: string; place: string }
  | { t: 'json'; term: Term }
  | { t: 'sequence'; items: Expression[] }
  | { t: 'choice'; items: Expression[] }
  | { t: 'repeat'; body: Expression; min: number; max: number };

export const sequenceOf = (items: Expression[]): Expression =>
  items.length === 1 ? items[0]! : { t: 'sequence', items };

export const choiceOf = (items: Expression[]): Expression =>
  items.length === 1 ? items[0]! : { t: 'choice', items };

export function* rulesIn(expression: Expression): Iterable<{ name: string; place: string }> {
  switch (expression.t) {
    case 'rule':
      yield expression;
      break;
    case 'sequence':
    case 'choice':
      for (const item of expression.items) yield* rulesIn(item);
      break;
    case 'repeat':
      yield* rulesIn(expression.body);
      break;
    default:
  }
}

import { choiceOf, type Expression, sequenceOf } from '../cfg/expression.ts';
import { ConstraintError } from '../errors.ts';
import type { Algebra } from '../json/algebra.ts';
import type { Term } from '../json/term.ts';
import type { Re } from '../regex/pool.ts';

/**
 * Qwen's XML form of an object: `<parameter=name>value</parameter>` for each property in the order of declaration;
 * strings stand bare, other values as JSON.
 */
export function xmlParameters(algebra: Algebra, term: Term, at: string): Expression {
  const shapes = algebra.alternatives(term, 'object');
  const [shape] = shapes;
  if (shapes.length !== 1 || shape!.type !== 'object' || shape!.exists.length + shape!.implied.length > 0) {
    throw new ConstraintError('unsupported', 'Only one plain object schema can be written as parameters', {
      pointer: at,
      keyword: 'qwen_xml_parameter',
    });
  }
  const plan = algebra.emptiness.object(shape!.key, shape!);
  const order = plan.names.map((_, i) => i).sort((a, b) => plan.declaredAt(a) - plan.declaredAt(b));
  const items: Expression[] = [];
  for (const i of order) {
    if (plan.nameStatus(i) !== 'yes') continue;
    const item = parameter(algebra, plan.names[i]!, plan.term(i));
    const required = shape!.required.includes(plan.names[i]!);
    items.push(required ? item : { t: 'repeat', body: item, min: 0, max: 1 });
  }
  if (shape!.min > shape!.required.length || shape!.max < items.length) {
    throw new ConstraintError('unsupported', 'The number of parameters cannot be enforced', {
      pointer: at,
      keyword: 'minProperties',
    });
  }
  return sequenceOf(items);
}

function parameter(algebra: Algebra, name: string, term: Term): Expression {
  const { pool, terms } = algebra;
  const literal = (text: string): Expression => ({ t: 're', re: pool.literal(text) });
  const gap: Expression = { t: 're', re: pool.rep(pool.literal('\n'), 0, 1) };
  const values: Expression[] = [];
  const text = bare(algebra, term);
  if (algebra.liveness.live(text)) values.push({ t: 're', re: text });
  const others = terms.and([term, terms.not(terms.types(['string']))]);
  if (algebra.hasValue(others)) values.push({ t: 'json', term: others });
  return sequenceOf([
    literal(`<parameter=${name}>`),
    gap,
    choiceOf(values),
    gap,
    literal('</parameter>'),
    gap,
  ]);
}

/** The strings of a term that can stand without quotes. */
function bare(algebra: Algebra, term: Term): Re {
  const { pool } = algebra;
  const close = pool.sequence([pool.any, pool.literal('</parameter>'), pool.any]);
  const strings = algebra.alternatives(term, 'string').flatMap((s) => {
    if (s.type !== 'string') return [];
    const sized =
      s.min === 0 && s.max === Infinity ? s.re : pool.and([s.re, pool.rep(pool.char, s.min, s.max)]);
    return [pool.and([sized, pool.not(close)])];
  });
  return pool.or(strings);
}

import { choiceOf, type Expression, sequenceOf } from '../cfg/expression.ts';
import { ConstraintError } from '../errors.ts';
import type { Algebra } from '../json/algebra.ts';
import type { ObjectShape } from '../json/shape.ts';
import type { Term } from '../json/term.ts';
import { RegexBuilder } from '../regex/build.ts';
import { parseRegex } from '../regex/parse.ts';
import type { Re } from '../regex/pool.ts';

/**
 * Qwen's XML form of an object: `<parameter=name>value</parameter>` for each property in the order of declaration;
 * strings stand bare, other values as JSON.
 */
export function xmlParameters(algebra: Algebra, term: Term, at: string): Expression {
  const shapes = algebra.alternatives(term, 'object');
  const [shape] = shapes;
  if (shapes.length !== 1 || shape!.type !== 'object' || !isPlain(shape!)) {
    throw new ConstraintError('unsupported', 'Only one plain object schema can be written as parameters', {
      pointer: at,
      keyword: 'qwen_xml_parameter',
    });
  }
  const plan = algebra.emptiness.object(shape!);
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

const isPlain = ({ exists, implied, excluded }: ObjectShape) =>
  exists.length + implied.length + excluded.length === 0;

function parameter(algebra: Algebra, name: string, term: Term): Expression {
  const { pool } = algebra;
  const literal = (text: string): Expression => ({ t: 're', re: pool.literal(text) });
  const gap: Expression = { t: 're', re: pool.rep(pool.literal('\n'), 0, 1) };
  const value = bareValue(algebra, term, { excludes: ['</parameter>'], unlikeJson: false });
  return sequenceOf([literal(`<parameter=${name}>`), gap, value, gap, literal('</parameter>'), gap]);
}

export interface BareOptions {
  /** What strings must not contain. */
  readonly excludes: readonly string[];
  /** Leave out strings that could be read as JSON values of other types. */
  readonly unlikeJson: boolean;
}

/** A value with strings as they are, without quotes, and other values as JSON. */
export function bareValue(algebra: Algebra, term: Term, options: BareOptions): Expression {
  const { terms } = algebra;
  const values: Expression[] = [];
  const text = bareString(algebra, term, options);
  if (algebra.liveness.live(text)) values.push({ t: 're', re: text });
  const others = terms.and([term, terms.not(terms.types(['string']))]);
  if (algebra.hasValue(others)) values.push({ t: 'json', term: others });
  return choiceOf(values);
}

/** Numbers, words, and whatever begins as a list or an object. */
const JSON_LIKE = '\\s*(?:-?\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?|true|false|null|[{[][^]*)\\s*';

/** The strings of a term that can stand without quotes. */
function bareString(algebra: Algebra, term: Term, { excludes, unlikeJson }: BareOptions): Re {
  const { pool } = algebra;
  const unfit = excludes.map((mark) => pool.sequence([pool.any, pool.literal(mark), pool.any]));
  if (unlikeJson) unfit.push(new RegexBuilder(pool).whole(parseRegex(JSON_LIKE)));
  const strings = algebra.alternatives(term, 'string').flatMap((s) => {
    if (s.type !== 'string') return [];
    const sized =
      s.min === 0 && s.max === Infinity ? s.re : pool.and([s.re, pool.rep(pool.char, s.min, s.max)]);
    return [pool.and([sized, pool.not(pool.or(unfit))])];
  });
  return pool.or(strings);
}

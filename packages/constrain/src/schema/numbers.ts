import { type Decimal, decimalOf } from '../json/decimal.ts';
import { type NumberShape, numberShape } from '../json/shape.ts';
import type { Term } from '../json/term.ts';
import { invalid, numberOf, type Place, type SchemaObject } from './place.ts';
import type { SchemaReader } from './reader.ts';

/** minimum, maximum, their exclusive forms of both kinds, and multipleOf. */
export function numberTerms(reader: SchemaReader, schema: SchemaObject, place: Place): Term[] {
  const out: Term[] = [];
  for (const [keyword, exclusive, side] of [
    ['minimum', 'exclusiveMinimum', 'low'],
    ['maximum', 'exclusiveMaximum', 'high'],
  ] as const) {
    const flag = schema[exclusive];
    const limit = numberOf(schema, keyword, place);
    if (limit !== undefined) out.push(bounded(reader, side, decimalOf(limit), flag !== true));
    if (typeof flag === 'boolean') continue;
    const strict = numberOf(schema, exclusive, place);
    if (strict !== undefined) out.push(bounded(reader, side, decimalOf(strict), false));
  }
  const step = numberOf(schema, 'multipleOf', place);
  if (step !== undefined) {
    if (step <= 0) invalid(place, 'multipleOf', 'must be greater than zero');
    const value = decimalOf(step);
    out.push(numeric(reader, numberShape({ step: value }), numberShape({ notSteps: [value] })));
  }
  return out;
}

function bounded(reader: SchemaReader, side: 'low' | 'high', value: Decimal, inclusive: boolean): Term {
  const other = side === 'low' ? 'high' : 'low';
  return numeric(
    reader,
    numberShape({ [side]: { value, inclusive } }),
    numberShape({ [other]: { value, inclusive: !inclusive } }),
  );
}

function numeric(reader: SchemaReader, yes: NumberShape, no: NumberShape): Term {
  return reader.algebra.terms.leaf({ type: 'number', yes: () => [yes], no: () => [no] }, `number${yes.key}`);
}

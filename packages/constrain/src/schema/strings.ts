import { type StringShape, stringShape } from '../json/shape.ts';
import type { Term } from '../json/term.ts';
import { RegexBuilder } from '../regex/build.ts';
import type { Re } from '../regex/pool.ts';
import { FORMATS } from './formats.ts';
import { countOf, invalid, type Place, type SchemaObject, unsupported } from './place.ts';
import type { SchemaReader } from './reader.ts';
import { standardFormat } from './standard-formats.ts';

/** minLength, maxLength, pattern and format. */
export function stringTerms(reader: SchemaReader, schema: SchemaObject, place: Place): Term[] {
  const { terms, pool } = reader.algebra;
  const out: Term[] = [];
  const text = (yes: StringShape, no: StringShape[]) =>
    terms.leaf({ type: 'string', yes: () => [yes], no: () => no }, `string${yes.key}`);
  const min = countOf(schema, 'minLength', place);
  if (min) out.push(text(stringShape(pool.any, min), [stringShape(pool.any, 0, min - 1)]));
  const max = countOf(schema, 'maxLength', place);
  if (max !== undefined) out.push(text(stringShape(pool.any, 0, max), [stringShape(pool.any, max + 1)]));
  if (schema.pattern !== undefined) {
    const re = patternRe(reader, schema.pattern, 'pattern', place);
    out.push(text(stringShape(re), [stringShape(pool.not(re))]));
  }
  const format = formatRe(reader, schema.format, place);
  if (format) out.push(text(stringShape(format), [stringShape(pool.not(format))]));
  return out;
}

/** The strings in which an ECMA-262 pattern is found. */
export function patternRe(reader: SchemaReader, source: unknown, keyword: string, place: Place): Re {
  if (typeof source !== 'string') return invalid(place, keyword, 'must be a string');
  const builder = new RegexBuilder(reader.algebra.pool, place.pointer);
  return builder.search(builder.read(source));
}

/** Null for a format that is not known: such formats are annotations. */
function formatRe(reader: SchemaReader, format: unknown, place: Place): Re | null {
  const { formats } = reader.options;
  if (typeof format !== 'string' || formats === 'annotation' || !Object.hasOwn(FORMATS, format)) return null;
  const { dialect } = place.resource;
  const standard = formats === 'standard' ? standardFormat(format, dialect) : undefined;
  if (standard === null)
    return unsupported(place, 'format', `all that is a ${format} by its standard cannot be told apart`);
  const builder = new RegexBuilder(reader.algebra.pool, place.pointer);
  return builder.whole(builder.read(standard ?? FORMATS[format]!));
}

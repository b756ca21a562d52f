import type { Expression } from '../cfg/expression.ts';
import type { RuleSet } from '../cfg/rules.ts';
import { ConstraintError } from '../errors.ts';
import type { Algebra } from '../json/algebra.ts';
import type { Term } from '../json/term.ts';
import { listAt, objectAt } from './fields.ts';
import { FormatReader } from './format.ts';

const START = ' start';

/** Reads both forms: `{format}`, and the older `{structures: [{begin, schema, end}], triggers}`. */
export function parseStructuralTag(
  value: unknown,
  algebra: Algebra,
  schema: (value: unknown) => Term,
): RuleSet {
  const tag = objectAt(value, '');
  const reader = new FormatReader(algebra, schema);
  let start: Expression;
  if (tag.format !== undefined) start = reader.read(tag.format, '/format');
  else if (tag.structures !== undefined) start = reader.read(legacy(tag), '');
  else {
    throw new ConstraintError('invalid', 'A structural tag has either format or structures and triggers', {
      keyword: 'structural_tag',
    });
  }
  return { start: START, rules: new Map([...reader.rules, [START, start]]) };
}

function legacy(tag: Readonly<Record<string, unknown>>): unknown {
  const tags = listAt(tag, 'structures', '').map((item, i) => {
    const { begin, schema, end } = objectAt(item, `/structures/${i}`);
    const parsed: unknown = typeof schema === 'string' ? JSON.parse(schema) : (schema ?? true);
    return { type: 'tag', begin, content: { type: 'json_schema', json_schema: parsed }, end };
  });
  return { type: 'triggered_tags', triggers: tag.triggers, tags };
}

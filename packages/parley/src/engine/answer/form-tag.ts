import type { CompileOptions, Constraint } from '@parley/constrain';
import { invalidRequest } from '@parley/protocol/errors';
import type { OutputForm } from '../constraint/output-form.ts';
import type { TagFormat } from './format.ts';

/** A form as a part of a larger structure, with reasoning before it or calls beside it. */
export function tagOfForm({ constraint, param }: OutputForm): TagFormat {
  if ('jsonSchema' in constraint) return { type: 'json_schema', json_schema: constraint.jsonSchema };
  if ('json' in constraint) return { type: 'json_schema', json_schema: { type: 'object' } };
  if ('regex' in constraint) return { type: 'regex', pattern: constraint.regex };
  if ('choice' in constraint) {
    return {
      type: 'or',
      elements: constraint.choice.map((value) => ({ type: 'const_string', value })),
    };
  }
  if ('grammar' in constraint) {
    const { grammar, syntax } = constraint;
    return { type: 'grammar', grammar, syntax };
  }
  return structuralTag(constraint, param);
}

/** Of the form alone: in a larger structure calls have schemas of their own, which strict mode does not concern. */
export function optionsOfPart({ options }: OutputForm): CompileOptions {
  const { strict: _ofTheFormAlone, ...rest } = options;
  return rest;
}

function structuralTag(
  { structuralTag: tag }: Extract<Constraint, { structuralTag: unknown }>,
  param: string,
): TagFormat {
  const { format, structures, triggers } = (tag ?? {}) as Record<string, unknown>;
  if (typeof format === 'object' && format !== null) return format as TagFormat;
  if (Array.isArray(structures)) {
    return {
      type: 'triggered_tags',
      triggers,
      tags: structures.map((one: { begin?: unknown; schema?: unknown; end?: unknown }) => ({
        type: 'tag',
        begin: one.begin,
        content: { type: 'json_schema', json_schema: one.schema ?? true },
        end: one.end,
      })),
    };
  }
  throw invalidRequest(param, `${param} must have either format or structures and triggers.`);
}
